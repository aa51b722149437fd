// One page on paper: no navigation, and nothing cut at the edge.
import { join } from 'node:path';
import { fileName } from './look.mjs';

const PAPER = { width: 718, height: 1046 }; // A4 less margins of 1 cm, at 96 pixels an inch

const faults = (page) => page.evaluate(() => {
    const isShown = (it) => it.getClientRects().length > 0;
    const shown = [...document.querySelectorAll('nav, form, .skip')].filter(isShown);
    const wide = [...document.querySelectorAll('html, main *')].filter((it) =>
        isShown(it) && it.scrollWidth > it.clientWidth + 1 && !['visible', 'clip'].includes(getComputedStyle(it).overflowX));
    const { scrollWidth, clientWidth } = document.documentElement;
    return [
        ...(scrollWidth > clientWidth ? [`is ${scrollWidth - clientWidth} px too wide`] : []),
        ...shown.map((it) => `${it.tagName} is printed`),
        ...wide.map((it) => `${it.tagName}.${it.className} is cut: ${it.textContent.trim().slice(0, 60)}`),
    ];
});

export const print = async (browser, url, path, directory) => {
    const page = await browser.newPage();
    await page.setViewport(PAPER);
    await page.emulateMediaType('print');
    await page.goto(url + path, { waitUntil: 'networkidle0' });
    const found = await faults(page);
    await page.screenshot({ path: join(directory, `${fileName(path)}-paper.png`), fullPage: true });
    await page.close();
    // The page that has nothing but a form is not for paper.
    return path === '/submit' ? [] : found.map((complaint) => `${path}: on paper: ${complaint}`);
};

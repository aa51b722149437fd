// One page at every width in both themes: what axe-core finds, what the browser complains of, what it asks for, and
// whether it fits.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const WIDTHS = [1280, 390, 320];
export const THEMES = ['light', 'dark'];
const LARGEST = 100_000; // bytes of a page before it is compressed
const MISSING = '/nothing';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// WCAG 2.2 AA, and of what else is good the landmarks and the order of the headings.
const OPTIONS = {
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
    rules: Object.fromEntries([
        'region', 'landmark-one-main', 'landmark-no-duplicate-main', 'landmark-no-duplicate-banner', 'landmark-unique',
        'landmark-main-is-top-level', 'landmark-banner-is-top-level', 'landmark-contentinfo-is-top-level',
        'landmark-no-duplicate-contentinfo', 'landmark-complementary-is-top-level', 'heading-order', 'empty-heading',
        'page-has-heading-one', 'skip-link', 'empty-table-header', 'scope-attr-valid', 'table-duplicate-name', 'tabindex',
    ].map((rule) => [rule, { enabled: true }])),
    resultTypes: ['violations'],
};

export const fileName = (path) => path.replace(/^\/$/, 'front').replace(/^\/|\/$/g, '').replace(/[^a-z0-9-]+/gi, '_');

const audit = async (page) => {
    // The protocol runs this outside the page's policy, which stays in force for the page.
    await page.evaluate(axe);
    const found = await page.evaluate((options) => globalThis.axe.run(document, options), OPTIONS);
    return found.violations.flatMap(({ id, nodes }) =>
        nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary.split('\n').slice(1, 2)}`));
};

// What sticks out sideways; what is scrolled within its own frame does not.
const tooWide = (page) => page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    // A table that becomes paragraphs on a telephone is there to be read without scrolling.
    const isStacked = (it) => getComputedStyle(it).display === 'block';
    const stacks = [...document.querySelectorAll('table.stack')].filter((it) => isStacked(it) && it.scrollWidth > it.clientWidth + 1);
    if (scrollWidth <= clientWidth) return stacks.map((it) => `a table is cut: ${it.textContent.slice(0, 60)}`);
    const out = [...document.body.querySelectorAll('*')].filter((it) => it.getBoundingClientRect().right > clientWidth + 1);
    const named = out.slice(0, 3).map((it) => `${it.tagName}.${it.getAttribute('class') ?? ''}`);
    return [`${scrollWidth - clientWidth} px too wide: ${named.join(', ')}`];
});

// Words of a chart that lie over each other.
const overlaps = (page) => page.evaluate(() => {
    const clash = (one, other) => one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 3 && other.top < one.bottom - 3;
    return [...document.querySelectorAll('svg')].flatMap((chart) => {
        // The tip of a figure is hidden until it is pointed at, and then stands above all else.
        const isShown = (text) => text.getBoundingClientRect().width > 0 && getComputedStyle(text).visibility === 'visible';
        const texts = [...chart.querySelectorAll('text')].filter(isShown);
        const boxes = texts.map((text) => [text.textContent, text.getBoundingClientRect()]);
        return boxes.flatMap(([text, box], at) => boxes.slice(at + 1).filter(([, other]) => clash(box, other))
            .filter(([same]) => same !== text) // a label is drawn over its own halo
            .map(([other]) => `labels overlap: ${text} / ${other}`));
    });
});

export const look = async (browser, url, path, directory) => {
    const page = await browser.newPage();
    const complaints = [];
    page.on('console', (message) => {
        // The browser remarks on every 404, also on one that is asked for.
        if (!(path === MISSING && message.text().includes('404'))) complaints.push(`the browser says ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`a script fails: ${error.message}`));
    page.on('request', (request) => {
        if (!request.url().startsWith(`${url}/`) && !request.url().startsWith('data:')) complaints.push(`asks for ${request.url()}`);
    });
    const answer = await page.goto(url + path, { waitUntil: 'networkidle0' });
    const size = (await answer.buffer()).length;
    if (answer.status() !== (path === MISSING ? 404 : 200)) complaints.push(`is a ${answer.status()}`);
    if (!answer.headers()['content-type'].startsWith('text/html')) complaints.push('is no page');
    if (size > LARGEST) complaints.push(`has ${size} bytes`);
    for (const width of WIDTHS) {
        for (const theme of THEMES) {
            await page.setViewport({ width, height: 900 });
            await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
            const found = [...(await tooWide(page)), ...(await overlaps(page)), ...(await audit(page))];
            complaints.push(...found.map((complaint) => `${width} ${theme}: ${complaint}`));
            await page.screenshot({ path: join(directory, `${fileName(path)}-${width}-${theme}.png`), fullPage: true });
        }
    }
    await page.close();
    return complaints.map((complaint) => `${path}: ${complaint}`);
};

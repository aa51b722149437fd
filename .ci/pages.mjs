// Whether every page can be read by everybody: on a screen, a telephone and paper, in light and dark, by keyboard, and by
// a program that reads aloud.
//
// node pages.mjs URL CHROMIUM DIRECTORY; the service has the demo. Leaves pictures in the directory: of every page at
// every width in both themes, on paper, and `readme.png`, the one in README.md.
import { mkdirSync } from 'node:fs';
import puppeteer from 'puppeteer-core';
import { checkFeeds } from './pages/feeds.mjs';
import { findPages } from './pages/list.mjs';
import { look, THEMES, WIDTHS } from './pages/look.mjs';
import { checkMarkup } from './pages/markup.mjs';
import { portray } from './pages/portrait.mjs';
import { print } from './pages/print.mjs';
import { walk } from './pages/walk.mjs';

const [url, executablePath, directory] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const browser = await puppeteer.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
const complaints = [];
try {
    const { telling, mapped } = await findPages(url);
    for (const path of telling) complaints.push(...(await look(browser, url, path, directory)));
    for (const path of telling) complaints.push(...(await print(browser, url, path, directory)));
    complaints.push(...(await walk(browser, url)));
    const all = new Set([...telling, ...mapped]);
    complaints.push(...(await checkMarkup(url, all)), ...(await checkFeeds(browser, url)));
    await portray(browser, url, directory);
    console.log(`${telling.length} pages looked at, ${WIDTHS.length} widths, ${THEMES.length} themes; ${all.size} pages validated`);
} finally {
    await browser.close();
}
for (const complaint of complaints) console.error(complaint);
console.log(`${complaints.length} complaints`);
process.exitCode = complaints.length > 0 ? 1 : 0;

// Submits a city's figures through the page, as a clerk would: in a real browser, with scripts switched off.
//
// node submit.mjs URL CHROMIUM DIRECTORY; PLEDGEWATCH_KEY is an administrator's, CLERK_KEY one of `xx-somewhere`.
// Leaves a screenshot of every step in the directory.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const [url, executablePath, directory] = process.argv.slice(2);
const { PLEDGEWATCH_KEY: admin, CLERK_KEY: key } = process.env;
const city = 'xx-somewhere';

const header = 'year,total_basic,population,protocol,source_title\n';
const file = (name, rows) => {
    const path = join(directory, name);
    writeFileSync(path, header + rows);
    return path;
};
const faulty = file('faulty.csv', '2019,690000,100000,gpc,Inventory 2019\n2020,"1,233",101000,gpc,Inventory 2020\n');
const mended = file('mended.csv', '2019,690000,100000,gpc,Inventory 2019\n2020,1233,101000,gpc,Inventory 2020\n');

const created = await fetch(`${url}/v1/cities/${city}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Somewhere', country: 'FR' }),
});
assert.equal(created.status, 201, await created.text());
const recorded = async () => (await (await fetch(`${url}/v1/cities/${city}/reports`)).json()).items;

const browser = await puppeteer.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
try {
    const page = await browser.newPage();
    await page.setJavaScriptEnabled(false);
    await page.setViewport({ width: 1000, height: 900 });
    const complaints = [];
    page.on('console', (message) => {
        // The page that lists the faults of a file is a 422, which the browser remarks on.
        if (!message.text().includes('422')) complaints.push(message.text());
    });
    page.on('request', (request) => assert.ok(!request.url().includes(key), 'the key is in an address'));

    const text = (selector) => page.$eval(selector, (element) => element.innerText);
    const shot = (name) => page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
    const submit = async (status) => {
        const [answer] = await Promise.all([page.waitForNavigation(), page.click('form button')]);
        assert.equal(answer.status(), status);
        assert.equal(answer.headers()['cache-control'], 'no-store');
        assert.equal(await page.$eval('#key', (field) => field.value).catch(() => ''), '', 'the key is in the page');
        assert.ok(!(await page.content()).includes(key), 'the key is in the page');
    };
    const check = async (path, status) => {
        await page.select('#city', city);
        await page.type('#key', key);
        await (await page.$('#file')).uploadFile(path);
        await submit(status);
    };

    await page.goto(`${url}/submit`);
    await shot('1-form');
    await check(faulty, 422);
    await shot('2-faults');
    assert.match(await text('p.fault'), /total_basic.*1,233/s, 'the fault is marked where it stands');
    assert.match(await text('body'), /Nothing can be recorded yet/);
    assert.deepEqual(await recorded(), []);

    await check(mended, 200);
    await shot('3-check');
    assert.match(await text('p.lead'), /2 rows: 2 would be new/);
    assert.match(await text('tbody'), /kilotonne/, 'a slip of the unit is pointed out before it is public');
    assert.deepEqual(await recorded(), [], 'a check records nothing');

    await page.type('#key', key);
    await submit(200);
    await shot('4-recorded');
    assert.match(await text('h1'), /^Recorded for/);
    const reports = await recorded();
    assert.deepEqual(reports.map((report) => report.totals.basic), [690000, 1233]);
    assert.ok(reports.every((report) => report.recorded_by === 'clerk'), 'in the name of the clerk');
    assert.deepEqual(complaints, [], 'the browser complained');
} finally {
    await browser.close();
}
console.log('a clerk without a script: refused, checked, confirmed, recorded');

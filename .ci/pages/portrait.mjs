// The picture in README.md.
import { join } from 'node:path';

export const portray = async (browser, url, directory) => {
    const page = await browser.newPage();
    await page.setViewport({ width: 960, height: 960 });
    await page.goto(`${url}/cities/us-los-angeles`, { waitUntil: 'networkidle0' });
    await page.screenshot({ path: join(directory, 'readme.png') });
    await page.close();
};

// By the keyboard alone: from the front page to a city, and there to the source of a figure.
import assert from 'node:assert/strict';

const CITY = '/cities/us-los-angeles';
const LONGEST = 250; // presses of Tab until something is given up

// What has the focus: where it leads, where it stands, and whether that can be seen.
const focused = (page) => page.evaluate(() => {
    const it = document.activeElement;
    const { left, top, right, bottom } = it.getBoundingClientRect();
    const style = getComputedStyle(it);
    return {
        name: `${it.tagName} ${it.textContent.trim().slice(0, 40)}`,
        href: it.getAttribute('href'),
        isHome: it === document.body,
        section: it.closest('section')?.getAttribute('aria-labelledby'),
        isInMain: it.closest('main') !== null,
        isSeen: right > 0 && bottom > 0 && left < innerWidth && top < innerHeight && right > left && bottom > top,
        isMarked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
});

// Presses Tab until the focus is on what is wanted.
const tabTo = async (page, wanted, complaints) => {
    for (let pressed = 0; pressed < LONGEST; pressed += 1) {
        await page.keyboard.press('Tab');
        const at = await focused(page);
        assert.ok(!at.isHome, 'the end of the page is reached');
        const fault = [[at.isSeen, 'is out of sight'], [at.isMarked, 'is not marked']].find(([is]) => !is);
        if (fault) complaints.push(`by keyboard: ${at.name} has the focus and ${fault[1]}`);
        if (wanted(at)) return at;
    }
    throw new Error('the keyboard does not lead there');
};

export const walk = async (browser, url) => {
    const complaints = [];
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(`${url}/`);
    const skip = await tabTo(page, () => true, complaints);
    assert.equal(skip.href, '#content', 'the first thing is the link that skips');
    await page.keyboard.press('Enter');
    assert.equal(new URL(page.url()).hash, '#content');
    const next = await tabTo(page, () => true, complaints);
    assert.ok(next.isInMain, `the link that skips leads to ${next.name}`);
    await tabTo(page, (at) => at.href === CITY, complaints);
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    assert.equal(new URL(page.url()).pathname, CITY);
    // Not followed: it leads to who published the figure.
    await tabTo(page, (at) => at.section === 'figures' && /^https?:/.test(at.href ?? ''), complaints);
    await page.close();
    return complaints;
};

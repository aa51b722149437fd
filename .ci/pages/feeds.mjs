// Whether the feeds are Atom: well-formed, and with what RFC 4287 asks of a feed and of each entry.
const FEEDS = ['/feeds/all.atom', '/feeds/weakened.atom', '/feeds/cities/us-los-angeles.atom', '/feeds/networks/c40.atom'];

// In the browser, which has a reader of XML.
const faults = (text) => {
    const feed = new DOMParser().parseFromString(text, 'application/xml');
    const broken = feed.querySelector('parsererror');
    if (broken) return [broken.textContent];
    const ATOM = 'http://www.w3.org/2005/Atom';
    const children = (parent, name) => [...parent.children].filter((it) => it.namespaceURI === ATOM && it.localName === name);
    const isTime = (time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time) && !Number.isNaN(Date.parse(time));
    const root = feed.documentElement;
    const entries = children(root, 'entry');
    const found = root.namespaceURI === ATOM && root.localName === 'feed' ? [] : ['the root is no feed'];
    for (const part of [root, ...entries]) {
        for (const name of ['id', 'title', 'updated']) {
            const all = children(part, name);
            if (all.length !== 1 || !all[0].textContent.trim()) found.push(`${part.localName} has ${all.length} ${name}`);
        }
        const [id, time] = ['id', 'updated'].map((name) => children(part, name)[0]?.textContent ?? '');
        if (!/^[a-z][a-z0-9+.-]*:./i.test(id)) found.push(`${id} is no IRI`);
        if (!isTime(time)) found.push(`${time} is no time`);
        const hasAuthor = children(part, 'author').some((author) => children(author, 'name').length === 1);
        if (!hasAuthor && children(root, 'author').length === 0) found.push(`${id} has no author`);
        const leads = children(part, 'link').some((link) => URL.canParse(link.getAttribute('href')));
        if (!leads && children(part, 'content').length === 0) found.push(`${id} has neither a link nor content`);
    }
    const ids = entries.map((entry) => children(entry, 'id')[0]?.textContent);
    if (new Set(ids).size !== ids.length) found.push('two entries have one id');
    if (!children(root, 'link').some((link) => link.getAttribute('rel') === 'self')) found.push('no link to itself');
    return found;
};

export const checkFeeds = async (browser, url) => {
    const complaints = [];
    const page = await browser.newPage();
    for (const path of FEEDS) {
        const answer = await fetch(url + path);
        const found = await page.evaluate(faults, await answer.text());
        if (!answer.headers.get('content-type').startsWith('application/atom+xml')) found.push('is of another type');
        complaints.push(...found.map((complaint) => `${path}: ${complaint}`));
    }
    await page.close();
    return complaints;
};

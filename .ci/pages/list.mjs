// Which pages there are.
import assert from 'node:assert/strict';

const CITIES = {
    'us-los-angeles': 'behind, with targets that were replaced and one that is unreported',
    'in-chennai': 'not comparable',
    'gb-cardiff': 'achieved',
    'us-new-orleans': 'outdated',
    'gb-london': 'off track',
    'et-addis-ababa': 'insufficient data',
};

const FIXED = [
    '/', '/?country=US', '/?verdict=unreported', '/?q=nowhere', '/networks', '/networks/c40', '/rankings', '/changes', '/weakened',
    '/never-reported', '/method', '/data', '/about', '/guide/', '/problems/not_found', '/submit', '/nothing', '/docs/',
    '/docs/listCities', '/docs/getStatus', '/docs/putTarget', '/docs/importReports', '/docs/types/ReportBody', '/docs/types/Verdict', '/docs/types/CityFeature',
    '/compare', '/compare?ids=us-los-angeles,gb-london,in-chennai',
    '/embed/us-los-angeles', '/embed/in-chennai',
];

// The pages that a page leads to under an address, each once, without fragments.
const leadsTo = async (url, path, below) => {
    const text = await (await fetch(url + path)).text();
    const links = [...text.matchAll(/href="([^"#]+)/g)].map((match) => match[1].replaceAll('&amp;', '&'));
    return [...new Set(links)].filter((link) => link.startsWith(below) && link !== path);
};

// The pages that are looked at, and all that the map of the site names, which has to be true.
export const findPages = async (url) => {
    const guide = await leadsTo(url, '/guide/', '/guide/');
    assert.ok(guide.length > 8, 'the guide has pages');
    const documented = await leadsTo(url, '/docs/', '/docs/');
    const map = await (await fetch(`${url}/sitemap.xml`)).text();
    const mapped = [...map.matchAll(/<loc>([^<]+)<\/loc>/g)].map((match) => new URL(match[1].replaceAll('&amp;', '&')));
    assert.ok(mapped.length > 40, 'the map has pages');
    for (const page of mapped) {
        assert.equal(page.origin, url, 'the map names pages of this service');
        assert.equal((await fetch(page)).status, 200, `${page} is on the map`);
    }
    const cities = Object.keys(CITIES).map((city) => `/cities/${city}`);
    return { telling: [...FIXED, ...cities, ...guide], mapped: [...mapped.map((page) => page.pathname + page.search), ...documented] };
};

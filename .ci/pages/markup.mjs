// Whether the pages are HTML as it is defined.
import { HtmlValidate } from 'html-validate';

const validator = new HtmlValidate({
    extends: ['html-validate:recommended'],
    rules: {
        // How long a title may be is a matter of taste: it has the name of the city and of the target.
        'long-title': 'off',
        // The second file of the form is read like the first, so it has the same name: a list, in a form.
        'form-dup-name': 'off',
    },
});

export const checkMarkup = async (url, paths) => {
    const complaints = [];
    for (const path of paths) {
        const text = await (await fetch(url + path, { headers: { Accept: 'text/html' } })).text();
        const report = await validator.validateString(text);
        const messages = report.results.flatMap((result) => result.messages);
        complaints.push(...messages.slice(0, 10).map((it) => `${path}: ${it.ruleId}: ${it.message} at ${text.slice(it.offset - 40, it.offset + 60)}`));
    }
    return complaints;
};

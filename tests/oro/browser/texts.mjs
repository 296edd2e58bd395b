// Opens pages and tells what can be read on them.
export default async (oro, {pages}) => {
    const texts = {};
    for (const [name, {path, picture}] of Object.entries(pages)) {
        await oro.open(path);
        await oro.page.waitForTimeout(1500);
        await oro.picture(picture);
        texts[name] = await oro.page.innerText('body');
    }
    return texts;
};

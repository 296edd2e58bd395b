// Opens pages and tells their status and faults.
export default async (oro, {paths}) => {
    const pages = {};
    for (const path of paths) {
        oro.faults.length = 0;
        const status = await oro.open(path);
        pages[path] = {status, faults: [...oro.faults]};
    }
    return {pages, toldFaults: true};
};

"""hotlist.js and the sample page in a browser. A package, so that its one browser ends with it."""

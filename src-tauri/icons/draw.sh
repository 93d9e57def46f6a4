#!/bin/sh
# Draws the PNG and ICO icons from icon.svg. Run by hand after a change to it, and commit what it writes.
# Wants chromium and ImageMagick; nothing else in the project does.
set -eu
cd "$(dirname "$0")"
size=512
page=$(mktemp --suffix .html)
trap 'rm -f "$page"' EXIT
printf '<!doctype html><style>*{margin:0}svg{display:block;width:%spx;height:%spx}</style>' "$size" "$size" >"$page"
cat icon.svg >>"$page"
chromium --headless --no-sandbox --hide-scrollbars --default-background-color=00000000 \
    --window-size="$size,$size" --screenshot="$PWD/icon.png" "file://$page" >/dev/null 2>&1
for s in 32 128 256; do
    convert icon.png -filter Lanczos -resize "${s}x${s}" -strip "PNG32:${s}x${s}.png"
done
convert icon.png -strip "PNG32:512x512.png"
cp 512x512.png icon.png
convert icon.png -define icon:auto-resize=256,48,32,16 icon.ico

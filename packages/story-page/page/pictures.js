// SPDX-License-Identifier: MIT
// Pictures of words, for those who cannot read yet: characters that this system draws.

const WORDS = `
🐰 rabbit, 🐻 bear, 🐭 mouse, 🦊 fox, 🦆 duck, 🐱 kitten, 🐶 puppy, 🐉 dragon, 🐸 frog, 🦉 owl,
🐦 bird, 👧 girl, 👦 boy, 🦁 lion, 🐢 turtle, 🐝 bee, 🐿️ squirrel, 🐟 fish, 🐘 elephant, 🤖 robot,
🐈 cat, 🐕 dog, 🐴 pony, 🐒 monkey, 🐑 sheep, 👸 princess, 🧚 fairy, 🦔 hedgehog, 🐷 pig, 🐮 cow,
🐔 chicken, 🦋 butterfly, 🐜 ant, 🐳 whale, 🐧 penguin, 🦕 dinosaur, 🐎 horse, 🐯 tiger, 🕷️ spider,
🐌 snail, 🐇 bunny, 🤴 king, 👑 queen, 🤴 prince, 🧑‍🌾 farmer, 🧑‍⚕️ doctor, 🤡 clown, 🏴‍☠️ pirate,
🦒 giraffe, 🦄 unicorn, ⛄ snowman, ⭐ star, 🚂 train, ⛵ boat,
🌲 forest, 🌳 park, 🌷 garden, 🏖️ beach, 🚜 farm, 🏞️ lake, 🌊 river, 🦓 zoo, 🏘️ village, ⛰️ mountain,
🛒 market, 🎡 playground, 🏰 castle, 🌼 meadow, 🌿 pond, 🌊 sea, 🌴 jungle, 🦇 cave, 🏝️ island,
🌄 hill, 🌙 moon, 🏫 school, 📚 library, 🏙️ town, 🍳 kitchen, 🥖 bakery,
⚽ ball, 🎈 balloon, 📖 book, 📦 box, 🍰 cake, 🌸 flower, 👒 hat, 🔑 key, 🗺️ map, 🐚 shell,
🥁 drum, 🪁 kite, 🏮 lantern, 🍁 leaf, 🔔 bell, 🔘 button, 🍪 cookie, 🍎 apple, 🥚 egg, ☂️ umbrella,
🧩 puzzle, 💎 treasure, 🧸 teddy bear, ✨ magic stone, 🚗 toy car`;

const PICTURES = new Map(
  WORDS.split(",").map((pair) => {
    const [picture, ...word] = pair.trim().split(" ");
    return [word.join(" "), picture];
  }),
);

/** Without a font for it, a system draws an empty box, which has no colour. */
function isDrawn(character) {
  const side = 24;
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = `${side / 2}px sans-serif`;
  canvas.fillText(character, 0, side / 2);
  const { data } = canvas.getImageData(0, 0, side, side);
  return data.some((value, at) => at % 4 === 0 && value !== data[at + 1]);
}

const isColoured = isDrawn("🦊");

/** What to put before a word: its picture, if there is one. */
export function picture(word) {
  if (!isColoured || !PICTURES.has(word)) {
    return [];
  }
  const element = document.createElement("span");
  element.ariaHidden = "true";
  element.className = "picture";
  element.textContent = PICTURES.get(word);
  return [element];
}

// Emoji to react with, by the names that they have in the terminal client.

const LIST =
  "👍 +1 thumbsup|👎 -1 thumbsdown|❤️ heart|😂 joy|😄 smile|😊 blush|🙂 slightly_smiling_face|😉 wink|😍 heart_eyes|🤔 thinking|😮 open_mouth|😢 cry|😭 sob|😅 sweat_smile|🤣 rofl|😎 sunglasses|🥳 partying_face|😴 sleeping|🙄 roll_eyes|😬 grimacing|😡 rage|🤯 exploding_head|😱 scream|🤗 hugs|🤷 shrug|🤦 facepalm|🙏 pray|👏 clap|🙌 raised_hands|👋 wave|💪 muscle|👀 eyes|🤝 handshake|👌 ok_hand|✌️ v|🤞 crossed_fingers|🫡 saluting_face|✅ white_check_mark|❌ x|❓ question|❗ exclamation|⚠️ warning|💯 100|🔥 fire|✨ sparkles|⭐ star|🎉 tada|🎂 birthday|🎁 gift|🚀 rocket|🐛 bug|🔧 wrench|💡 bulb|📌 pushpin|🔒 lock|⏳ hourglass|☕ coffee|🍕 pizza|🍺 beer|🌈 rainbow|☀️ sunny|🌧️ rain|❄️ snowflake|🌱 seedling|🦀 crab|🐧 penguin|🐱 cat|🐶 dog|💔 broken_heart|🧡 orange_heart|💛 yellow_heart|💚 green_heart|💙 blue_heart|💜 purple_heart|🤍 white_heart|😇 innocent|😋 yum|🤩 star_struck|😏 smirk|😞 disappointed|😌 relieved|🥲 smiling_face_with_tear|🫠 melting_face|🤓 nerd_face|👻 ghost|🤖 robot|🎯 dart|🏁 checkered_flag|📎 paperclip|📅 date|🗑️ wastebasket";

/** All of them, `{emoji, names}`, the most usual first. */
export const EMOJI = LIST.split("|").map((row) => {
  const [emoji, ...names] = row.split(" ");
  return { emoji, names };
});

/** Those whose name has a part. */
export const findEmoji = (part) => EMOJI.filter(({ names }) => names.some((name) => name.includes(part.toLowerCase())));

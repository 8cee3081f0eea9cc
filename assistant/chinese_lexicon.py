"""prompts/chinese.txt, read: which English words a Chinese word stands for. Knows nothing of sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from assistant.prompting import load_prompt

AFTER_NUMBERS = frozenset(["units", "money", "counted", "or less", "or more", "or so"])

# How far an adjective goes, by what stands before or after it.
HOW = {
    **dict.fromkeys(("不要太", "不太", "不那么", "不要那么", "不会太", "不是很", "别太", "不"), 4),
    **dict.fromkeys(("有点太", "太过", "过于", "有点", "有些", "太"), 3),
    "最": 2,
    **dict.fromkeys(("更加", "更", "再"), 1),
}
_A_BIT = ("一点儿", "一点", "一些", "点儿", "点", "些")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line of the lexicon says."""

    section: str
    english: tuple[str, ...]
    same: tuple[str, ...]
    """All Chinese words of its line; a catalogue in Chinese may know another of them."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The whole file, ready to look words up in."""

    entries: Mapping[tuple[bool, str], Entry]
    """By (whether it follows a number, the Chinese word): 刀 is a knife, and dollars behind a number."""
    longest: int
    degree: re.Pattern[str]
    last: frozenset[str]
    """Refusals that may close a sentence: "红色的不要"."""


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """prompts/chinese.txt, read once. Raises PromptError if it is missing."""
    entries: dict[tuple[bool, str], Entry] = {}
    last: set[str] = set()
    section = ""
    for line in load_prompt("chinese").text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif "=" in line and not line.startswith("#"):
            chinese, _, english = line.partition("=")
            same = tuple(chinese.lower().split())
            meant = tuple(each.strip() for each in english.split("|") if each.strip())
            kept = "not" if section == "not, said last" else section
            last.update(same if kept != section else ())
            for word in same:
                entries.setdefault((section in AFTER_NUMBERS, word), Entry(kept, meant, same))
    adjectives = sorted((w for (_, w), e in entries.items() if e.section == "degrees"), key=len, reverse=True)
    how = "|".join(sorted(HOW, key=len, reverse=True))
    degree = re.compile(rf"(?P<how>{how})?(?P<adjective>{'|'.join(adjectives)})(?P<bit>{'|'.join(_A_BIT)})?")
    return Lexicon(entries, max(len(word) for _, word in entries), degree, frozenset(last))


@lru_cache(maxsize=1)
def simplified() -> Mapping[int, int]:
    """The traditional characters of everyday shopping words, as simplified ones."""
    return str.maketrans(_TRADITIONAL, _SIMPLIFIED)


_TRADITIONAL = (
    "營帳絨純藍綠紅黃銀銅鐵鋼鋁電腦機貓寵錶褲襪雙個這輕貴預價錢買賣還沒無線頭燈燒鍋壺爐傘運費單訂為麼嗎給請問謝與對較適點條張隻"
    "兩萬時間後裡裏樣質顏寬長層車輪騎園澆筆記書櫃鍵盤顯鏡聲響靜聯網錄備貨現實體褐塊圓歐鎊億擇選樓廳廚陽臺臥戶遊戲學習辦"
    "務國際號碼轉員訴換開關閉門鎖輪離負氧淨塵掃壓縮乾濕熱溫風鑽螺絲鋸剃鬍鬚髮護膚養嬰兒童禮節慶週歲賬戶郵遞達窄緊鬆軟厚薄"
    "舊優惠減滿積獎勵證檢測試維護約從剛麵筋纖維橡膠矽鈦強勁彈韌壞數據衝鋒麗諾記憶絲綢滌綸亞見過樂"
)
_SIMPLIFIED = (
    "营帐绒纯蓝绿红黄银铜铁钢铝电脑机猫宠表裤袜双个这轻贵预价钱买卖还没无线头灯烧锅壶炉伞运费单订为么吗给请问谢与对较适点条张只"
    "两万时间后里里样质颜宽长层车轮骑园浇笔记书柜键盘显镜声响静联网录备货现实体褐块圆欧镑亿择选楼厅厨阳台卧户游戏学习办"
    "务国际号码转员诉换开关闭门锁轮离负氧净尘扫压缩干湿热温风钻螺丝锯剃胡须发护肤养婴儿童礼节庆周岁账户邮递达窄紧松软厚薄"
    "旧优惠减满积奖励证检测试维护约从刚面筋纤维橡胶硅钛强劲弹韧坏数据冲锋丽诺记忆丝绸涤纶亚见过乐"
)

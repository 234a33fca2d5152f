"""Chrome: lines of a page that belong to the site and not to the document.

Counters, print, share and scan links, previous and next article, breadcrumbs, generation stamps:
they change at every fetch or with the template, so they are cut before text is shown or digested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_BUTTONS = (
    "打印本页|打印此页|打印页面|打印|关闭窗口|关闭本页|关闭页面|关闭|收藏本页|收藏|返回顶部|返回首页|返回上页|返回|分享到|分享至|分享"
    "|推荐|字体大小|字体|字号|大|中|小|特大|TOP|我要纠错|纠错|放大|缩小|语音播报|默认|正常|繁体|简体|无障碍|关怀版|微信|微博|QQ空间|QQ|朋友圈"
    "|文字版|图文版|保存|复制链接|视力保护色|A|T|X|加入收藏|设为首页"
)
_CHROME = re.compile(
    rf"(?:[【〖\[(（|:：+\-/•·.]*(?:{_BUTTONS})[】〗\])）|:：+\-/•·.]*)+"
    r"|.{0,8}扫一?[扫描].{0,40}|.{0,8}二维码.{0,16}|.{0,6}手机.{0,4}(?:打开|查看|浏览|阅读).{0,12}"
    r"|[<《]*上一[篇条页].*|[>》]*下一[篇条页].*|没有了[!！。]?"
    r"|(?:共?浏览|点击|访问|阅读|累计)(?:次数|量|数|人次|人数)?[:：].{0,12}|本文被?浏览.{0,12}"
    r"|(?:您|你)?(?:现在|当前)?(?:所在)?的?位置[:：].*|首页[>》/→].*"
    r"|附件(?:下载)?[:：]?|文件下载[:：]?|相关(?:链接|附件|文章|信息|阅读|稿件|文档|解读|文件|新闻)[:：]?"
    r"|[【\[(（]?(?:责任)?编辑[:：].{0,14}|[【\[(（]?责编[:：].{0,14}|[(（]?(?:信息|文章|稿件)?来源[:：].{0,40}"
    r"|.{0,4}(?:页面)?生成(?:时间|日期)[:：].*|(?:发布|更新|打印)(?:时间|日期)[:：][\d\s:：年月日.-]*"
    r"|.{0,10}版权所有.*|主办单位[:：].*|点击(?:查看|下载|浏览).{0,10}|今天是?[:：]?\d{4}年.*|\d{4}年\d+月\d+日星期."
)
_LONGEST = 80


@lru_cache(maxsize=2048)
def is_chrome(line: str) -> bool:
    """Tell whether a line is nothing but chrome; header, body and signature ask of the same
    lines.
    """
    if len(line) > _LONGEST:
        return False
    return _CHROME.fullmatch("".join(line.split())) is not None


def without(lines: Iterable[str]) -> list[str]:
    """Return the lines that are not chrome."""
    return [line for line in lines if not is_chrome(line)]

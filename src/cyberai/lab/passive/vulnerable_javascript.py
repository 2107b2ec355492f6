"""Pages that run old JavaScript libraries, from the shop's own folder, from elsewhere and within the page.

The scripts are stand-ins of a few lines: the banner by which the library names itself, and code that does nothing.
"""

from functools import partial

from cyberai.lab.http import LabRequest, LabResponse, text_response
from cyberai.lab.layout import shop_page
from cyberai.lab.page import Flaw, Link, Page, trap
from cyberai.lab.state import State

CHECK = "passive.vulnerable-javascript"
_SECTION = "Old things"
_SCRIPT = "text/javascript; charset=utf-8"

_JQUERY = """/*! jQuery v{0} | (c) jQuery Foundation | jquery.org/license */
!function(e,t){{"use strict";var n="{0}",r=function(e){{return e}};r.fn=r.prototype={{jquery:n,constructor:r}}}}(window);
"""
_BOOTSTRAP = """/*!
 * Bootstrap v{0} (https://getbootstrap.com/)
 * Licensed under MIT (https://github.com/twbs/bootstrap/blob/main/LICENSE)
 */
var bootstrap=function(){{"use strict";return{{}}}}();
"""
_HANDLEBARS = """/**!

 @license
 handlebars v{0}

 Copyright (C) 2011 by Yehuda Katz
*/
var Handlebars = {{}};
"""
_BUNDLE = """/*! shop.bundle.js: built for the quay */
(function(){{var a=1;}})();
/*!
 * jQuery Migrate - v{0} - 2013-01-01
 */
(function(){{var b=2;}})();
"""


def _script(source: str, version: str, _request: LabRequest, _state: State) -> LabResponse:
    return text_response(source.format(version), _SCRIPT)


def _old(path: str, title: str, source: str, version: str, sound: str, summary: str) -> Page:
    flaw = Flaw(check=CHECK, path=path, variant=f"{title} {version}", summary=summary)
    return Page(
        path=path,
        title=title,
        section=_SECTION,
        vulnerable=partial(_script, source, version),
        fixed=partial(_script, source, sound),
        flaws=(flaw,),
    )


def _loading(head: str, _request: LabRequest, state: State) -> LabResponse:
    return shop_page(state, "Tide clock", "<p>High water at noon.</p>", head=head)


def _reading(path: str, title: str, old: str, sound: str, variant: str, summary: str) -> Page:
    return Page(
        path=path,
        title=title,
        section=_SECTION,
        vulnerable=partial(_loading, old),
        fixed=partial(_loading, sound),
        flaws=(Flaw(check=CHECK, path=path, variant=variant, summary=summary),),
        links=(Link(path, title),),
    )


_CATALOGUE = "".join(
    f'<script src="/lib/{name}"></script>'
    for name in ("jquery.min.js", "bootstrap.js", "hb.js", "shop.bundle.js")
)
_ELSEWHERE = '<script src="https://code.harbour-supply.example/ajax/libs/{}"></script>'
_WITHIN = "<script>/*! jQuery UI - v{0} - 2013-03-19 */ var tide = {{at: 12}};</script>"
_ABOUT = (
    "<p>We used <code>jquery-1.6.2.min.js</code> until 2012. Its first line was:</p>"
    "<pre>/*! jQuery v1.6.2 http://jquery.com/ | http://jquery.org/license */</pre>"
    '<p><a href="https://code.harbour-supply.example/ajax/libs/jquery/1.6.2/jquery.min.js">The file</a></p>'
)


def _catalogue(_request: LabRequest, state: State) -> LabResponse:
    return shop_page(state, "Moving catalogue", "<p>It turns its own pages.</p>", head=_CATALOGUE)


def _history(_request: LabRequest, state: State) -> LabResponse:
    return shop_page(state, "Our scripts of old", _ABOUT)


def _own_jquery(_request: LabRequest, _state: State) -> LabResponse:
    """A script of the shop with an old library's name and version in a text that it shows."""
    return text_response('const help = "Works with jquery v1.4 and newer";\n', _SCRIPT)


PAGES: tuple[Page, ...] = (
    trap("/catalogue/moving", "Moving catalogue", _SECTION, _catalogue),
    _old("/lib/jquery.min.js", "jQuery", _JQUERY, "1.8.1", "3.7.1",
         "An old jQuery of the shop's own folder, named by its banner."),
    _old("/lib/bootstrap.js", "Bootstrap", _BOOTSTRAP, "3.3.6", "5.3.3",
         "An old Bootstrap without a version in its address."),
    _old("/lib/hb.js", "Handlebars", _HANDLEBARS, "4.0.5", "4.7.8",
         "An old Handlebars under a name that says nothing."),
    _old("/lib/shop.bundle.js", "jQuery Migrate", _BUNDLE, "1.0.0", "3.5.2",
         "An old library in the middle of a bundle."),
    _reading("/clock/elsewhere", "Tide clock", _ELSEWHERE.format(
             "1.2.19/angular.min.js"), _ELSEWHERE.format("vue/3.5.13/vue.global.prod.js"),
             "version in the address", "An old AngularJS is loaded from another host."),
    _reading("/clock/within", "Tide clock of the quay", _WITHIN.format("1.10.2"), _WITHIN.format("1.14.1"),
             "within the page", "An old jQuery UI stands within the page."),
    trap("/clock/history", "Our scripts of old", _SECTION, _history),
    trap("/lib/help.js", "Help script", _SECTION, _own_jquery),
)  # fmt: skip

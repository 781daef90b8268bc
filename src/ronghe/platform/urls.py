"""Every address of the console."""

from allauth.account import views as doors
from django.urls import include, path

from ronghe.platform.console.views import (
    audit,
    cart,
    catalogue,
    departments,
    me,
    objections,
    offers,
    people,
    requests,
    session,
    work,
)

urlpatterns = [
    path("", work.work),
    path("sign-in", doors.login, name="account_login"),
    path("sign-up", doors.signup, name="account_signup"),
    path("sign-in/again", doors.reauthenticate, name="account_reauthenticate"),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sign-out", session.sign_out),
    path("shown", session.shown),
    path("catalogue", catalogue.catalogue),
    path("catalogue/<str:code>", catalogue.asset),
    path("catalogue/<str:code>/review", catalogue.review),
    path("offers", offers.offers),
    path("offers/new", offers.new),
    path("offers/<str:code>", offers.edit),
    path("offers/<str:code>/submit", offers.submit),
    path("offers/<str:code>/withdraw", offers.withdraw),
    path("cart", cart.cart),
    path("cart/add/<uuid:key>", cart.add),
    path("cart/remove/<uuid:key>", cart.remove),
    path("requests", requests.requests),
    path("requests/<str:key>", requests.request_page),
    path("requests/<str:key>/<str:name>", requests.move),
    path("objections", objections.objections),
    path("objections/new/<str:key>", objections.new_objection),
    path("objections/<str:key>", objections.objection_page),
    path("objections/<str:key>/answer", objections.answer),
    path("audit", audit.audit),
    path("departments", departments.departments),
    path("departments/<str:name>", departments.change),
    path("me", me.me),
    path("me/<str:name>", me.change),
    path("people", people.people),
    path("people/<str:name>", people.change),
]

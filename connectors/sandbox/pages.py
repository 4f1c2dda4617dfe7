from flask import Blueprint


def pages(ats):
    return Blueprint("pages", __name__)


def arrange(app):
    pass

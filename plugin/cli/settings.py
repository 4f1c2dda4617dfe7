"""`kakuyaku settings`: what is set, what it means, where it comes from."""

from __future__ import annotations

import textwrap

import click

from plugin.settings import explain, load


@click.command("settings")
@click.option("--new-key", is_flag=True, help="Print a new Fernet key for KAKUYAKU_SECRET_KEYS and do nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def settings_command(new_key: bool, as_json: bool) -> None:
    """Show every setting: name, value (secrets hidden), default, source and meaning."""
    if new_key:
        from cryptography.fernet import Fernet

        click.echo(Fernet.generate_key().decode())
        return
    shown = explain(load())
    if as_json:
        import json
        from dataclasses import asdict

        click.echo(json.dumps([asdict(one) for one in shown], ensure_ascii=False, indent=2))
        return
    for one in shown:
        click.echo(f"{one.name} = {one.value}")
        about = f"{one.meaning} Default: {one.default}. Source: {one.source}."
        click.echo(textwrap.indent(textwrap.fill(about, 100), "    "))

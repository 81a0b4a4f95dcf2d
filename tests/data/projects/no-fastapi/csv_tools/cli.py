import click

app = click.Group()

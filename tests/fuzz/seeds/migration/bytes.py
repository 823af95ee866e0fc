# -*- coding: utf-8 -*-
revision = '\x61\u00e9\N{DIGIT ONE}'
down_revision = '''b\
c'''

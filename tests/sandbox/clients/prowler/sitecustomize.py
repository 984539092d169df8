"""Mocks the packages in sandbox/python/prowler.override, which Prowler imports for other clouds but never calls here."""

import importlib.abc
import importlib.machinery
import sys
from unittest.mock import MagicMock

LEFT_OUT = {
    "alibabacloud_endpoint_util",
    "alibabacloud_gateway_oss",
    "alibabacloud_gateway_oss_util",
    "alibabacloud_gateway_sls",
    "darabonba",
    "shodan",
}


class LeftOut(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in LEFT_OUT:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__ = []
        module.__spec__ = spec
        return module

    def exec_module(self, module):
        pass


# Last, so that installed packages take precedence.
sys.meta_path.append(LeftOut())

"""Storages that are reached by an address with a scheme (s3://, gs://, sftp:// and others), through fsspec."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from newsbot.export import datapackage
from newsbot.process import MissingExtra, NewsbotError, UsageError

try:
    import fsspec
except ImportError:
    raise MissingExtra("addresses such as s3:// need", "cloud") from None


class Storage:
    """An address on a storage, which an export is uploaded to."""

    def __init__(self, address: str) -> None:
        """Raises UsageError for an address that cannot be meant, MissingExtra, NewsbotError if it cannot be reached."""
        self.address = address.rstrip("/")
        self._fs, self._path = _storage(self.address)
        self._parent, _, self.name = self._path.rpartition("/")
        if not self._parent or not self.name:
            raise UsageError(f"{address} names no file: give it as {address.rstrip('/')}/articles.parquet")
        with self._told():
            bucket = self._path.partition("/")[0]
            if bucket and not self._fs.exists(bucket):
                self._fs.ls(bucket)  # raises what "exists" hears and keeps to itself
                raise NewsbotError(f"{address} cannot be written: there is no {bucket}")
            beside = f"{self._path}.{datapackage.NAME}"
            self._there = {*self._fs.find(self._path), *([beside] if self._fs.exists(beside) else [])}
            self._older = {place for place in self._there if place.startswith(f"{self._path}/")}
            package = f"{self._path}/{datapackage.NAME}"
            if self._older and not (package in self._older and datapackage.is_ours(self._fs.cat_file(package))):
                raise UsageError(f"{address} holds something else than an export; name another folder")

    def upload(self, folder: Path) -> None:
        """Upload all that is in a folder, the data packages last, and remove what was there of an older export.

        What could not be uploaded to its end is taken back, except where it has replaced an older file; a folder is
        whole when its data package is new. Raises NewsbotError.
        """
        files = [path for path in folder.rglob("*") if path.is_file()]
        files.sort(key=lambda path: path.name.endswith(datapackage.NAME))
        places = {f"{self._parent}/{path.relative_to(folder).as_posix()}": path for path in files}
        with self._told():
            try:
                for place, path in places.items():
                    self._fs.makedirs(place.rpartition("/")[0], exist_ok=True)
                    self._fs.put_file(str(path), place)
            except BaseException:
                self._remove({place for place in places if place not in self._there and self._fs.exists(place)})
                raise
            self._remove(self._older.difference(places))

    def _remove(self, places: set[str]) -> None:
        if places:
            self._fs.rm(sorted(places))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except NewsbotError:
            raise
        except Exception as error:  # noqa: BLE001 - every storage has errors of its own
            said = str(error).partition("\n")[0] or type(error).__name__
            raise NewsbotError(f"{self.address} cannot be written: {said}") from None


def _storage(address: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path on it."""
    scheme = address.partition("://")[0]
    try:
        fs, path = fsspec.url_to_fs(address)
    except ImportError as error:
        if scheme == "s3":
            raise MissingExtra("s3:// addresses need", "cloud") from None
        raise NewsbotError(f"{address} cannot be written: {error}") from None
    except ValueError as error:
        raise UsageError(f"{address}: {error}") from None
    return fs, str(path)

//! Finds loose objects that are truncated, as a full disk or a crash leaves them.
//!
//! libgit2 hangs on them (`git_zstream_get_output` in its zstream.c). This module is only used if a run
//! takes long.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::ZlibDecoder;

/// Returns the id of the first object with a truncated file.
pub(crate) fn cut_off_object(folders: &[PathBuf]) -> Option<String> {
    folders.iter().flat_map(|folder| files(folder)).find_map(|(id, file)| {
        let is_whole = is_whole(&file).unwrap_or(true);
        (!is_whole).then_some(id)
    })
}

/// Returns the alternates of an object folder (gitrepository-layout(5), `info/alternates`).
pub(super) fn alternates(folder: &Path) -> Vec<PathBuf> {
    let named = fs::read_to_string(folder.join("info/alternates")).unwrap_or_default();
    let lines = named.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| folder.join(line)).collect()
}

fn files(folder: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    let is_hex = |name: &str| name.bytes().all(|digit| digit.is_ascii_hexdigit());
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let named = move |path: &Path| -> Option<String> {
        Some(path.file_name()?.to_str().filter(|name| is_hex(name))?.to_owned())
    };
    entries(folder).flat_map(move |first| {
        let start = named(&first.path()).filter(|name| name.len() == 2);
        let rest = start.into_iter().flat_map(move |start| {
            let path = first.path();
            entries(&path).filter_map(move |rest| {
                Some((format!("{start}{}", named(&rest.path())?), rest.path()))
            })
        });
        rest.collect::<Vec<_>>()
    })
}

/// Returns whether a file contains the complete object: `KIND SIZE`, a zero byte and the content.
fn is_whole(path: &Path) -> std::io::Result<bool> {
    let mut object = BufReader::new(ZlibDecoder::new(File::open(path)?));
    let mut header = Vec::new();
    for byte in object.by_ref().bytes() {
        match byte {
            Ok(0) => break,
            Ok(byte) if header.len() < 32 => header.push(byte),
            Ok(_) => return Ok(true),
            Err(_) => return Ok(false),
        }
    }
    let header = String::from_utf8_lossy(&header);
    let Some(size) = header.split(' ').nth(1).and_then(|size| size.parse::<u64>().ok()) else {
        return Ok(false);
    };
    let read = std::io::copy(&mut object, &mut std::io::sink());
    Ok(read.is_ok_and(|read| read >= size))
}

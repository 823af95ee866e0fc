use std::collections::BTreeSet;

use git2::{ObjectType, Oid, Repository};

use super::*;

/// Makes a repository with a pack of every version of a growing file, and of what else `more` adds.
fn packed(more: &[Vec<u8>]) -> (tempfile::TempDir, Repository, Vec<ObjectId>) {
    let folder = tempfile::tempdir().expect("there is room");
    let repository = Repository::init_bare(folder.path()).expect("it is empty");
    let mut builder = repository.packbuilder().expect("it is new");
    let mut ids = Vec::new();
    let noise = |number: usize| format!("{:x}\n", (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut text = (0..40).map(noise).collect::<String>();
    let mut sources: Vec<Vec<u8>> = Vec::new();
    for number in 0..400 {
        text.insert_str(number % 7 * 11, &noise(number));
        sources.push(text.clone().into_bytes());
    }
    sources.extend_from_slice(more);
    for source in &sources {
        let id = repository.blob(source).expect("there is room");
        builder.insert_object(id, Some("file")).expect("it is there");
        ids.push(ObjectId::from_bytes(id.as_bytes()));
    }
    builder.write(&folder.path().join("objects/pack"), 0).expect("there is room");
    drop(builder);
    (folder, repository, ids)
}

fn open(repository: &Repository) -> Packs {
    Packs::open(&[repository.path().join("objects")])
}

fn whole(repository: &Repository, id: &ObjectId) -> Vec<u8> {
    let id = Oid::from_bytes(id.as_bytes()).expect("it is an id");
    repository.find_blob(id).expect("it is there").content().to_vec()
}

#[test]
fn every_blob_is_what_libgit2_reads() {
    let (_folder, repository, mut ids) = packed(&[Vec::new(), b"x".repeat(100_000)]);
    ids.reverse();
    let packs = open(&repository);
    for most in [u64::MAX, 900, 3_000] {
        for ids in [&ids[..], &ids[100..140], &ids[..1]] {
            let order: BTreeSet<usize> = packs.order(ids).into_iter().collect();
            assert!(order.into_iter().eq(0..ids.len()));
            let contents = packs.blobs(ids, most);
            assert_eq!(contents.len(), ids.len());
            for (id, content) in ids.iter().zip(contents) {
                let expected = Content::of(whole(&repository, id), most);
                // What stands on much larger ones than are read is left to libgit2.
                if content.is_some() || most == u64::MAX {
                    assert_eq!(content, Some(expected), "{id} {most}");
                }
            }
        }
    }
}

#[test]
fn what_is_no_packed_blob_is_left_to_others() {
    let (_folder, repository, ids) = packed(&[]);
    let loose = repository.blob(b"loose").expect("there is room");
    let tree = repository.odb().and_then(|odb| odb.write(ObjectType::Tree, b""));
    let tree = tree.expect("there is room");
    let mut builder = repository.packbuilder().expect("it is there");
    builder.insert_object(tree, None).expect("it is there");
    builder.write(&repository.path().join("objects/pack"), 0).expect("there is room");
    let of = |id: Oid| ObjectId::from_bytes(id.as_bytes());
    let asked = [of(loose), of(tree), ids[7], ObjectId::from_bytes(b"short")];
    let contents = open(&repository).blobs(&asked, u64::MAX);
    let whole = Some(Content::Whole(whole(&repository, &ids[7])));
    assert_eq!(contents, [None, None, whole, None]);
}

#[test]
fn a_damaged_pack_gives_what_was_asked_for_or_nothing() {
    let (_folder, repository, ids) = packed(&[]);
    let expected: Vec<Vec<u8>> = ids.iter().map(|id| whole(&repository, id)).collect();
    let folder = repository.path().join("objects/pack");
    let files = fs::read_dir(&folder).expect("it is there").filter_map(|it| Some(it.ok()?.path()));
    let mut packs = files.filter(|path| path.extension().is_some());
    let pack = packs.find(|path| path.extension().is_some_and(|end| end == "pack"));
    let pack = pack.expect("it was written");
    let bytes = fs::read(&pack).expect("it is there");
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..60 {
        let mut damaged = bytes.clone();
        if random.bool() {
            damaged.truncate(random.usize(..bytes.len()))
        } else {
            damaged[random.usize(12..bytes.len())] ^= 1 << random.u8(..8)
        }
        fs::remove_file(&pack).and_then(|()| fs::write(&pack, &damaged)).expect("there is room");
        for (content, expected) in open(&repository).blobs(&ids, u64::MAX).iter().zip(&expected) {
            if let Some(content) = content {
                assert_eq!(content, &Content::Whole(expected.clone()));
            }
        }
    }
}

//! Deltas: what an object copies from another one, and what it adds (gitformat-pack(5)).

/// How many bytes a copy has whose size is written as none.
const FULL_COPY: usize = 0x10000;

/// A delta whose head is read.
pub(super) struct Delta<'d> {
    base_size: u64,
    /// How many bytes applying it gives.
    pub(super) size: u64,
    commands: &'d [u8],
}

impl<'d> Delta<'d> {
    pub(super) fn new(mut bytes: &'d [u8]) -> Option<Delta<'d>> {
        let base_size = size(&mut bytes)?;
        let size = size(&mut bytes)?;
        Some(Delta { base_size, size, commands: bytes })
    }

    /// Applies the delta; nothing where it does not fit.
    pub(super) fn apply(&self, base: &[u8]) -> Option<Vec<u8>> {
        if base.len() as u64 != self.base_size {
            return None;
        }
        let size = usize::try_from(self.size).ok()?;
        let mut result = Vec::with_capacity(size);
        let mut rest = self.commands;
        while let Some(command) = byte(&mut rest) {
            let piece = match command {
                0 => return None,
                1..0x80 => rest.split_off(..usize::from(command))?,
                0x80.. => {
                    let start = number(command, 4, &mut rest)?;
                    let length = match number(command >> 4, 3, &mut rest)? {
                        0 => FULL_COPY,
                        length => length,
                    };
                    base.get(start..start.checked_add(length)?)?
                }
            };
            if piece.len() > size - result.len() {
                return None;
            }
            result.extend_from_slice(piece);
        }
        (result.len() == size).then_some(result)
    }
}

fn byte(bytes: &mut &[u8]) -> Option<u8> {
    bytes.split_off_first().copied()
}

/// Reads a number of which each set bit of `present` has a byte, the least first.
fn number(present: u8, most: u8, bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for place in (0..most).filter(|place| present >> place & 1 == 1) {
        number |= usize::from(byte(bytes)?) << (8 * place);
    }
    Some(number)
}

/// Reads a number of seven bits a byte, the least first.
fn size(bytes: &mut &[u8]) -> Option<u64> {
    let mut size = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = byte(bytes)?;
        size |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(size);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
        Delta::new(delta)?.apply(base)
    }

    #[test]
    fn a_delta_copies_and_adds() {
        let delta = b"\x0a\x07\x91\x06\x04\x03new";
        assert_eq!(applied(b"0123456789", delta).as_deref(), Some(&b"6789new"[..]));
        assert_eq!(applied(b"0123456789", b"\x0a\x02\x90\x02").as_deref(), Some(&b"01"[..]));
        let base = [b'x'; FULL_COPY];
        assert_eq!(applied(&base, b"\x80\x80\x04\x80\x80\x04\x80").as_deref(), Some(&base[..]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for delta in [
            &b""[..],
            b"\x0a",
            b"\x0b\x01\x01x",
            b"\x0a\x01\x00",
            b"\x0a\x02\x01x",
            b"\x0a\x01\x02xy",
            b"\x0a\x01\x02x",
            b"\x0a\x04\x91\x08\x04",
            b"\x0a\x01\x9f\xff\xff\xff\xff\xff",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            assert_eq!(applied(b"0123456789", delta), None, "{delta:x?}");
        }
    }
}

//! Changes of what says where Alembic's migrations are, sound and broken ones.

use crate::team::clone::Clone;

/// Changes a setting; false where it does not apply.
pub(crate) fn change(clone: &Clone, pick: usize) -> bool {
    let Some(ini) = clone.read("alembic.ini") else {
        return false;
    };
    let Some(location) = ini.lines().find(|line| line.starts_with("script_location = ")) else {
        return false;
    };
    let folder = location.trim_start_matches("script_location = ").replace("%(here)s/", "");
    let with = |line: &str| format!("{}\n{line}\n", ini.trim_end());
    let changed = match pick % 9 {
        0 => with(&format!(
            "version_locations = %(here)s/{folder}/versions %(here)s/{folder}/more\npath_separator = space"
        )),
        // The folder that has everything is gone from the list.
        1 => with(&format!("version_locations = %(here)s/{folder}/more\npath_separator = space")),
        2 => ini.replace(location, "script_location = %(here)s/nowhere"),
        3 => with("<<<<<<< HEAD\ntimezone = UTC\n=======\ntimezone = CET\n>>>>>>> other"),
        4 => with("# a remark"),
        5 => ini.replace(location, &format!("script_location = {folder}")),
        6 => with("timezone = UTC"),
        7 => {
            clone.git(&["rm", "-q", &format!("{folder}/env.py")]);
            return true;
        }
        _ => {
            clone.git(&["rm", "-q", "alembic.ini"]);
            let toml = format!("[tool.alembic]\nscript_location = \"%(here)s/{folder}\"\n");
            clone.write("pyproject.toml", &toml);
            return true;
        }
    };
    clone.write("alembic.ini", &changed);
    true
}

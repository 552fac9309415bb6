//! The story of one run: people, the ACS and time do this and that; in the end the weather clears, and the books are
//! closed.

use crate::acs::Task;
use crate::setup::ACS_URLS;
use crate::weather::Weather;
use crate::world::World;

/// Things that happen in one run.
const CHAPTERS: u64 = 60;
/// Hours of calm at the end: the last wait of the retry schedule, and a file that hangs for an hour, three times.
const CALM_HOURS: u64 = 10;

/// Plays one run. What went wrong is in the ledger of the world.
pub fn play(world: &mut World) {
    let mut names = 0;
    for _ in 0..CHAPTERS {
        chapter(world, &mut names);
        if !world.ledger.violations.is_empty() {
            return;
        }
    }
    world.weather = Weather::CALM;
    for _ in 0..CALM_HOURS {
        world.advance(3_600_000);
        world.call();
        // A session may have to wait for a profile, which takes ten minutes at most.
        world.advance(720_000);
        if !world.ledger.violations.is_empty() {
            return;
        }
    }
    if world.acs.pending() > 0 {
        world
            .ledger
            .wrong("the ACS was not able to ask all it wanted");
    }
    world.close();
    if world.modules() > 0 {
        world.ledger.wrong("a module was not removed");
    }
}

fn chapter(world: &mut World, names: &mut u32) {
    *names += 1;
    let name = |kind: &str| format!("{kind}-{names}");
    let later = world.dice.pick(&[0, 0, 0, 1, 60, 1_800, 7_200, 20_000]);
    match world.dice.below(100) {
        0..20 => wants(world, "sets", Task::Set(name("set"))),
        20..24 => wants(world, "bad sets", Task::SetBad(name("bad"))),
        24..32 => wants(world, "rows added", Task::Add(name("add"))),
        32..38 => wants(world, "rows deleted", Task::Delete(name("del"))),
        38..46 => wants(world, "downloads", Task::Download(name("get"), later)),
        46..52 => wants(world, "reboots", Task::Reboot(name("boot"))),
        52..54 => wants(world, "factory resets", Task::FactoryReset),
        54..56 => {
            let url = world.dice.pick(&ACS_URLS);
            wants(world, "moves", Task::Move(name("move"), url));
        }
        56..66 => {
            world.counts.add("changes by hand");
            world.changes_by_hand(&name("hand"));
        }
        66..68 => {
            let secs = world.dice.pick(&[1, 30, 7_200]);
            world.power_cut(secs);
        }
        68 => {
            world.counts.add("resets by hand");
            world.resets_by_hand();
        }
        69..76 => wants(world, "uploads", Task::Upload(name("put"), later)),
        76..84 => {
            let secs = later.max(1);
            wants(
                world,
                "Informs ordered",
                Task::ScheduleInform(name("come"), secs),
            );
        }
        84..90 => wants(world, "modules", Task::Module(name("module"))),
        _ => {}
    }
    if world.dice.permille(450) {
        world.call();
    }
    let ms = match world.dice.below(10) {
        0..4 => world.dice.below(5_000),
        4..7 => world.dice.below(120_000),
        7..9 => world.dice.below(3_600_000),
        _ => world.dice.below(4 * 3_600_000),
    };
    world.advance(ms);
}

fn wants(world: &mut World, what: &str, task: Task) {
    world.counts.add(what);
    world.acs.wants(task);
}

import NestingModel

/// What goes wrong only where several things happen in one order: chance alone seldom makes it.
extension World {
    static func misfortune(_ world: World, _ dice: inout Dice) -> [Event] {
        switch dice.roll(14) {
        case 0: unheardOrder(world, &dice)
        case 1: hiddenInVain(world, &dice)
        case 2: deathOfAnAgent(world, &dice)
        case 3: setBack(world, &dice)
        case 4: oldBackup(world, &dice)
        case 5: lostPost(&dice)
        case 6: rebootInMidDrain(world, &dice)
        case 7: comeAndGo(world, &dice)
        case 8: stubborn(world, &dice)
        case 9: tugOfWar(world, &dice)
        case 10: failsAgain(world, &dice)
        case 11: longHold(world, &dice)
        default: changeOfMind(world, &dice)
        }
    }

    /// An order can't leave; meanwhile somebody wants something else; then the controller dies, and can send it.
    private static func unheardOrder(_ world: World, _ dice: inout Dice) -> [Event] {
        let since = dice.roll(1...60)
        let spoken = since + dice.roll(5...50)
        let death = spoken + dice.roll(1...10)
        let refusals = world.hosts.map { Event(at: since, what: .refuseOrders(host: $0, death + 5 - since)) }
        return refusals + [
            Event(at: spoken, what: word(world, &dice)),
            Event(at: death, what: .kill(atWrite: 0, written: false, downFor: dice.roll(1...30))),
        ]
    }

    /// What changes a person's mind about what is under way.
    private static func word(_ world: World, _ dice: inout Dice) -> Happening {
        let line = dice.pick(world.policies)
        return switch dice.roll(5) {
        case 0: .pause
        case 4: .policies(otherRules(line, &dice))
        case 1: .exempt(exemption(dice.pick(world.guests), &dice))
        case 2: .policies(otherMode(line, &dice))
        default: .policies(policy(line.host, &dice))
        }
    }

    /// A machine that has others inside is to hide, and goes on showing.
    private static func hiddenInVain(_ world: World, _ dice: inout Dice) -> [Event] {
        guard let machine = world.machines.first, let tree = world.trees.first(where: \.hasInner) else { return [] }
        let line = PolicyLine(host: tree.name, wanted: Wanted(exposed: false), mode: .propose)
        var events = [
            Event(at: 1, what: .temper(guest: machine, .unchangedInside)), Event(at: 2, what: .policies(line)),
        ]
        if tree.guests.contains(where: { $0.inside != nil && !$0.exposed }) {
            events.append(Event(at: 1, what: .drift(guest: machine)))
        }
        return events
    }

    /// In the midst of what the first remediation makes it do.
    private static func deathOfAnAgent(_ world: World, _ dice: inout Dice) -> [Event] {
        (0..<dice.roll(1...3)).map { _ in
            Event(
                at: dice.roll(20...150),
                what: .agentDies(
                    host: dice.pick(world.hosts), atStep: dice.roll(1...3), acted: dice.once(in: 2),
                    withSessions: dice.once(in: 2)))
        }
    }

    /// Exemptions and other modes while guests are corrected one after another.
    private static func changeOfMind(_ world: World, _ dice: inout Dice) -> [Event] {
        (0..<dice.roll(1...3)).map { _ in
            let what: Happening =
                dice.once(in: 3)
                ? .policies(otherMode(dice.pick(world.policies), &dice))
                : .exempt(exemption(dice.pick(world.guests), &dice))
            return Event(at: dice.roll(20...200), what: what)
        }
    }

    /// A remediation that may have been given up before all of it was heard of is set back, and other hands were there.
    private static func setBack(_ world: World, _ dice: inout Dice) -> [Event] {
        var events: [Event] = []
        let abort = dice.roll(100...200)
        if dice.once(in: 2) {
            events = world.hosts.map { Event(at: abort - 40, what: .refuseOrders(host: $0, 60)) }
            events.append(Event(at: abort, what: .abort))
        }
        for guest in world.guests {
            let hand: Happening =
                dice.once(in: 2)
                ? .drift(guest: guest) : .resize(guest: guest, memory: dice.roll(1...8), vcpus: dice.roll(1...5))
            if dice.once(in: 2) { events.append(Event(at: abort + dice.roll(30...200), what: hand)) }
        }
        return events + [Event(at: abort + dice.roll(280...340), what: .rollBack)]
    }

    /// The controller's store is put back to what it was, sometimes before an earlier run even.
    private static func oldBackup(_ world: World, _ dice: inout Dice) -> [Event] {
        let backup = dice.roll(5...150)
        let restore = backup + dice.roll(20...300)
        var events = [
            Event(at: backup, what: .backup),
            Event(at: restore, what: .restore(downFor: dice.roll(1...30))),
        ]
        // Somebody wants something in the time that is forgotten, and after it.
        for time in [backup + 5, restore + dice.roll(40...200)] {
            events.append(Event(at: time, what: .remediate(wish(world, &dice), outside: false)))
        }
        if dice.once(in: 2) {
            events.append(Event(at: backup + 3, what: .stop(downFor: 1)))
        }
        if dice.once(in: 3) { events.append(Event(at: restore + dice.roll(60...200), what: .unfreeze)) }
        return events
    }

    /// It dies while it delivers.
    private static func lostPost(_ dice: inout Dice) -> [Event] {
        (0..<dice.roll(1...3)).map { _ in
            Event(
                at: dice.roll(1...500),
                what: .killAtDelivery(dice.roll(1...3), arrived: dice.once(in: 2), downFor: dice.roll(1...60)))
        }
    }

    /// A machine that holds others inside, or what it runs on, restarts while they are held.
    private static func rebootInMidDrain(_ world: World, _ dice: inout Dice) -> [Event] {
        guard let machine = world.machines.last, let parent = machine.split(separator: "/").dropLast().first else {
            return []
        }
        let host = dice.once(in: 2) ? machine : String(parent)
        let line = PolicyLine(host: String(parent), wanted: Wanted(exposed: dice.once(in: 2)), mode: .propose)
        let start = dice.roll(2...60)
        return [
            Event(at: 1, what: .policies(line)),
            Event(at: start, what: .remediate(wish(world, &dice), outside: true)),
            Event(at: start + dice.roll(5...120), what: .reboot(host: host, seconds: dice.roll(20...200))),
            Event(at: start + 250, what: .wake(guest: machine)),
        ]
    }

    /// A host is removed and enrolled again, and guests go to another one, while something is under way.
    private static func comeAndGo(_ world: World, _ dice: inout Dice) -> [Event] {
        let host = dice.pick(world.machines.isEmpty ? world.hosts : world.machines)
        let gone = dice.roll(10...200)
        var events = [
            Event(at: gone, what: .remove(host: host)),
            Event(at: gone + dice.roll(1...100), what: .enrol(host: host)),
        ]
        for _ in 0..<dice.roll(1...3) {
            let guest = dice.pick(world.guests)
            events.append(
                Event(
                    at: dice.roll(10...200),
                    what: .move(guest: guest, to: dice.pick(world.hosts), leaving: dice.once(in: 2))))
        }
        return events
    }

    /// Guests that don't go down or wait on a disk, while what may be done to them changes.
    private static func stubborn(_ world: World, _ dice: inout Dice) -> [Event] {
        world.guests.flatMap { guest -> [Event] in
            let what: Happening = dice.once(in: 2) ? .temper(guest: guest, .staysUp) : .save(guest: guest)
            return dice.once(in: 2) ? [Event(at: dice.roll(1...100), what: what)] : []
        } + [Event(at: dice.roll(30...150), what: .policies(otherRules(dice.pick(world.policies), &dice)))]
    }

    /// Another hand sets back each time what policies set. Each start of the controller looks at once.
    private static func tugOfWar(_ world: World, _ dice: inout Dice) -> [Event] {
        let guest = dice.pick(world.guests)
        let line = PolicyLine(host: above(guest), wanted: Wanted(exposed: true), mode: .enforce)
        let rounds = dice.roll(4...5)
        return [Event(at: 1, what: .policies(line))]
            + (0..<rounds).flatMap { round in
                [
                    Event(at: 100 + 110 * round, what: .drift(guest: guest)),
                    Event(at: 101 + 110 * round, what: .stop(downFor: 1)),
                ]
            }
    }

    /// What policies want of a guest fails whenever it is tried.
    private static func failsAgain(_ world: World, _ dice: inout Dice) -> [Event] {
        let guest = dice.pick(world.guests)
        let line = PolicyLine(host: above(guest), wanted: Wanted(vcpus: 6), mode: .enforce)
        return [
            Event(at: 1, what: .temper(guest: guest, dice.pick([.goesBack, .refuses, .staysUp]))),
            Event(at: 2, what: .policies(line)),
            // Time for a first try, for another one, and for one too many.
        ] + [120, 460, 1_180].map { Event(at: $0 + dice.roll(0...20), what: .stop(downFor: 1)) }
    }

    /// What was stopped inside a machine is held for nearly as long as it may be, before that machine's order can leave.
    private static func longHold(_ world: World, _ dice: inout Dice) -> [Event] {
        guard let machine = world.machines.first else { return [] }
        let host = above(machine)
        let start = dice.roll(5...20)
        var wish = wish(world, &dice)
        wish.tree = String(host)
        // A machine with one drain is held for 300 s at most.
        let seconds = dice.once(in: 2) ? dice.roll(285...303) : dice.roll(150...330)
        var events = [
            Event(at: 1, what: .policies(PolicyLine(host: host, wanted: Wanted(vcpus: 7), mode: .propose))),
            Event(at: start, what: .remediate(wish, outside: true)),
            Event(at: start, what: .refuseOrders(host: host, seconds)),
        ]
        if dice.once(in: 2) {
            events.append(Event(at: start + seconds - dice.roll(0...60), what: .stop(downFor: dice.roll(1...30))))
        }
        return events
    }

    private static func above(_ guest: String) -> String {
        guest.split(separator: "/").dropLast().joined(separator: "/")
    }
}

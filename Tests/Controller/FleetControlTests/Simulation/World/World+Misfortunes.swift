import NestingModel

/// What goes wrong only where several things happen in one order: chance alone seldom makes it.
extension World {
    static func misfortune(_ world: World, _ dice: inout Dice) -> [Event] {
        switch dice.roll(5) {
        case 0: unheardOrder(world, &dice)
        case 1: hiddenInVain(world, &dice)
        case 2: deathOfAnAgent(world, &dice)
        case 3: setBack(world, &dice)
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
        return switch dice.roll(4) {
        case 0: .pause
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
        if tree.guests.contains(where: { $0.name == nested && !$0.exposed }) {
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
}

import NestingModel

extension World {
    init(seed: UInt64) {
        var dice = Dice(seed: seed)
        self.seed = seed
        trees = (0..<dice.roll(1...3)).map { Self.tree($0, &dice) }
        policies = []
        windows = dice.once(in: 3) ? trees.flatMap { Self.windows($0.name, &dice) } : []
        recipients = Array(["a", "b"].prefix(dice.roll(1...2)))
        shuffles = dice.once(in: 2)
        fourEyes = dice.once(in: 2)
        enforcedGuests = dice.once(in: 3) ? 3 : 1
        events = []
        for host in hosts where !host.contains("/") || dice.once(in: 3) {
            policies.append(Self.policy(host, &dice))
        }
        if dice.once(in: 10) { stranger = dice.pick(hosts) }
        events = Self.script(self, &dice)
    }

    /// Its own guests, and where it has a machine that is a host what runs in that: down to a third level.
    private static func tree(_ index: Int, _ dice: inout Dice) -> Tree {
        func guest(_ name: String, exposed: Int = 3, running: Bool? = nil) -> WorldGuest {
            let memory = dice.roll(2...6)
            return WorldGuest(
                name: name, exposed: dice.once(in: exposed), running: running ?? !dice.once(in: 5), memory: memory,
                mostMemory: memory + dice.pick([0, 0, 4]), vcpus: dice.roll(1...4), autostart: dice.once(in: 2))
        }
        func machine(_ name: String, inside guests: [WorldGuest]) -> WorldGuest {
            var machine = guest(name, exposed: 2, running: true)
            machine.inside = guests
            return machine
        }
        var tree = Tree(name: "r\(index)", guests: (0..<dice.roll(1...3)).map { guest("g\(index)\($0)") })
        if dice.once(in: 2) {
            var inside = (0..<dice.roll(0...2)).map { guest("i\(index)\($0)") }
            if dice.once(in: 4) {
                inside.append(machine("l2", inside: (0..<dice.roll(0...2)).map { guest("j\(index)\($0)") }))
            }
            tree.guests.append(machine("l1", inside: inside))
        }
        return tree
    }

    static func policy(_ host: String, _ dice: inout Dice) -> PolicyLine {
        var line = PolicyLine(
            host: host, wanted: wanted(&dice),
            mode: dice.pick([.propose, .propose, .propose, .enforce, .audit]), dropsSavedState: dice.once(in: 3),
            cutsPower: dice.once(in: 3))
        if dice.once(in: 6) {
            line.from = dice.roll(-60...400)
            line.graceSeconds = dice.once(in: 2) ? dice.roll(60...400) : nil
        }
        return line
    }

    private static func wanted(_ dice: inout Dice) -> Wanted {
        let exposed = !dice.once(in: 3)
        return switch dice.roll(6) {
        case 0: Wanted(memory: dice.roll(3...8))
        case 5: Wanted(exposed: dice.once(in: 2) ? exposed : nil, memory: dice.once(in: 3) ? 5 : nil, fixed: true)
        case 1: Wanted(exposed: exposed, memory: dice.roll(3...8))
        case 2: Wanted(exposed: exposed, memory: dice.once(in: 2) ? dice.roll(3...8) : nil, vcpus: dice.roll(2...5))
        default: Wanted(exposed: exposed)
        }
    }

    static func exemption(_ guest: String, _ dice: inout Dice) -> ExemptionLine {
        var settings: [Setting] = [.exposure]
        if dice.once(in: 2) { settings.append(.startupMemory) }
        if dice.once(in: 2) { settings.append(.maximumVCPUs) }
        if dice.once(in: 2) { settings.append(.dynamicMemory) }
        let accepts =
            dice.once(in: 3)
            ? Wanted(
                exposed: dice.once(in: 2), memory: settings.contains(.startupMemory) ? dice.roll(2...6) : nil)
            : Wanted()
        return ExemptionLine(guest: guest, settings: settings, accepts: accepts, seconds: dice.roll(20...600))
    }

    static func windows(_ tree: String, _ dice: inout Dice) -> [WindowLine] {
        switch dice.roll(4) {
        case 0: []
        case 1: [WindowLine(tree: tree, blackout: true, startMinute: dice.roll(0...30), minutes: dice.roll(3...20))]
        default: [WindowLine(tree: tree, blackout: false, startMinute: dice.roll(0...20), minutes: dice.roll(8...25))]
        }
    }

    /// The first thing asked for is a remediation; most of the rest falls into the time that it takes.
    private static func script(_ world: World, _ dice: inout Dice) -> [Event] {
        var events = [Event(at: dice.roll(20...60), what: .remediate(wish(world, &dice), outside: false))]
        for _ in 0..<dice.roll(4...14) {
            events.append(
                Event(at: dice.roll(1...dice.pick([120, 300, 800])), what: happening(world, &dice)))
        }
        if dice.once(in: 2) { events += misfortune(world, &dice) }
        if let stranger = world.stranger { events.append(Event(at: dice.roll(1...300), what: .enrol(host: stranger))) }
        // What was asked for is mostly answered.
        for event in events {
            guard case .request = event.what, !dice.once(in: 4) else { continue }
            events.append(Event(at: event.at + dice.roll(5...200), what: .approve))
        }
        return events.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    static func wish(_ world: World, _ dice: inout Dice) -> Wish {
        Wish(
            tree: dice.once(in: 5) ? dice.pick(world.trees).name : nil, canary: dice.roll(0...1),
            wave: dice.roll(1...5), soakSeconds: dice.pick([0, 0, 0, 60]), maxFailures: dice.roll(0...2),
            parallel: dice.roll(1...3), perRack: dice.once(in: 3) ? 1 : nil,
            thinks: dice.once(in: 3) ? dice.roll(1...40) : 0)
    }

    private static func happening(_ world: World, _ dice: inout Dice) -> Happening {
        // Where there is a machine with others inside, it has the most to tell.
        let machines = world.machines
        let guest = dice.once(in: 3) && !machines.isEmpty ? dice.pick(machines) : dice.pick(world.guests)
        let host = dice.pick(world.hosts)
        switch dice.roll(60) {
        case 0...2: return .drift(guest: guest)
        case 3, 4: return .edit(guest: guest)
        case 5...8:
            return .temper(
                guest: guest,
                dice.pick([
                    .goesBack, .refuses, .lacksRoom, .staysOff, .staysUp, .unchangedInside, .unknownInside,
                ]))
        case 9...11:
            return .hostDown(host, seconds: dice.roll(1...(dice.once(in: 2) ? 30 : 400)), silent: dice.once(in: 3))
        case 12, 13: return .loseAnswers(host: host, dice.roll(1...3))
        case 14: return .refuses(recipient: dice.pick(world.recipients), seconds: dice.roll(60...900))
        case 15: return .clock(by: dice.pick([-1_800, -300, -61, 61, 300, 1_800]))
        case 16...18:
            return .kill(
                atWrite: dice.roll(1...40), written: dice.once(in: 2),
                downFor: dice.roll(1...(dice.once(in: 2) ? 20 : 300)))
        case 19: return .stop(downFor: dice.roll(1...(dice.once(in: 2) ? 20 : 300)))
        case 20, 21: return .remediate(wish(world, &dice), outside: dice.once(in: 5))
        case 22: return .request
        case 23: return .approve
        case 24: return dice.once(in: 3) ? .reject : .approve
        case 25, 26: return .pause
        case 27: return .resume
        case 28: return .abort
        case 29, 30:
            let places = dice.once(in: 2) ? [dice.pick(world.hosts + world.guests)] : []
            return .freeze(places: places, seconds: dice.once(in: 2) ? dice.roll(60...600) : nil)
        case 31, 32: return .unfreeze
        case 33: return .policies(policy(dice.pick(world.policies).host, &dice))
        case 34: return .policies(otherMode(dice.pick(world.policies), &dice))
        case 35: return .windows(world.trees.flatMap { windows($0.name, &dice) })
        case 36: return .report
        case 37, 38: return .refuseOrders(host: host, dice.roll(1...(dice.once(in: 2) ? 5 : 100)))
        case 39: return .resize(guest: guest, memory: dice.roll(1...8), vcpus: dice.roll(1...5))
        case 40...42: return .exempt(exemption(guest, &dice))
        case 43: return .oldPolicies
        case 44, 45:
            return .agentDies(
                host: host, atStep: dice.roll(1...4), acted: dice.once(in: 2), withSessions: dice.once(in: 2))
        case 46: return .rollBack
        case 47: return .policies(otherRules(dice.pick(world.policies), &dice))
        default: return otherHand(world, guest, host, &dice)
        }
    }

    private static func otherHand(
        _ world: World, _ guest: String, _ host: String, _ dice: inout Dice
    ) -> Happening {
        switch dice.roll(12) {
        case 0...2: .reboot(host: host, seconds: dice.roll(20...200))
        case 3, 4: .save(guest: guest)
        case 5...7: .wake(guest: guest)
        case 8, 9: .move(guest: guest, to: host, leaving: dice.once(in: 2))
        case 10: .remove(host: host)
        default: .enrol(host: host)
        }
    }

    /// The same is wanted, and Nestor goes another way for it.
    static func otherMode(_ line: PolicyLine, _ dice: inout Dice) -> PolicyLine {
        var line = line
        let modes: [PolicyMode] = [.audit, .propose, .enforce]
        line.mode = dice.pick(modes.filter { $0 != line.mode })
        return line
    }

    /// The same is wanted, and less or more may be done for it.
    static func otherRules(_ line: PolicyLine, _ dice: inout Dice) -> PolicyLine {
        var line = line
        if dice.once(in: 2) { line.cutsPower.toggle() } else { line.dropsSavedState.toggle() }
        return line
    }
}

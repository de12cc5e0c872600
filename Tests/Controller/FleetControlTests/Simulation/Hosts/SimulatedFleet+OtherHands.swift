import NestingModel

/// What people and tools do to guests and machines beside Nestor, and what machines do by themselves.
extension SimulatedFleet {
    func isBusy(_ guest: String) -> Bool {
        work.values.contains { $0.isOpen && $0.record.guests.contains(guests[guest]?.uuid ?? "") }
    }

    /// Whether an agent is at work anywhere in the guest's tree.
    private func treeIsBusy(_ path: String) -> Bool {
        let root = path.prefix { $0 != "/" }
        return work.values.contains { $0.isOpen && $0.host.prefix { $0 != "/" } == root }
    }

    func drift(_ path: String) {
        guard !isBusy(path) else { return }
        guests[path]?.settings.exposed.toggle()
        // Whoever does that by hand restarts the guest, too; one that is a host goes down only with what runs in it.
        if guests[path]?.running == true, self.guests(of: path).isEmpty, let exposed = guests[path]?.settings.exposed {
            guests[path]?.live = exposed
            guests[path]?.boot += 1
        }
    }

    func resize(_ path: String, memory: Int, vcpus: Int) {
        guard !isBusy(path), let most = guests[path]?.settings.mostMemory else { return }
        guests[path]?.settings.memory = memory
        guests[path]?.settings.mostMemory = max(most, memory)
        guests[path]?.settings.vcpus = vcpus
    }

    func edit(_ path: String) {
        guard !isBusy(path) else { return }
        guests[path]?.edits += 1
    }

    func save(_ path: String) {
        guard !isBusy(path), let guest = guests[path], guest.running, !machines.contains(path) else { return }
        guests[path]?.running = false
        guests[path]?.isSaved = true
        restsByOthers.insert(guest.uuid)
    }

    /// A machine may well come back while agents wait for it; nobody starts a guest where some are held.
    func wake(_ path: String) {
        guard machines.contains(path) ? !isBusy(path) : !treeIsBusy(path), let host = parent(path), isPowered(host),
            let guest = guests[path],
            !guests.values.contains(where: { $0.uuid == guest.uuid && $0.running })
        else { return }
        start(path)
    }

    /// A guest goes as it is, with its state; never one that is a host, and without what an agent owes to it.
    /// - Parameter leaving: whether its definition stays behind, off.
    func move(_ path: String, to host: String, leaving: Bool) {
        guard let guest = guests[path], !machines.contains(path), parent(path) != host, isPowered(host),
            parent(path).map(isPowered) == true, !leaving || !isBusy(path), !isGoingDown(host)
        else { return }
        let place = "\(host)/\(guest.name)"
        guard !isBusy(place) else { return }
        var moved = guest
        moved.path = place
        guests[path]?.running = false
        guests[path]?.isSaved = false
        // What is left behind is nobody's to start.
        guests[path]?.autostart = false
        if !leaving {
            guests[path] = nil
            paths.removeAll { $0 == path }
        }
        if guests[place] == nil { paths.append(place) }
        guests[place] = moved
        // Whoever takes a guest away that is held sees to its start.
        if !guest.running { restsByOthers.insert(guest.uuid) }
    }

    // MARK: Machines

    /// Whether a correction has a machine down, or will have, on which a host runs.
    private func isGoingDown(_ host: String) -> Bool {
        sequence(first: host) { self.parent($0) }.contains(where: isBusy)
    }

    /// Whether a host and all that it runs on is on.
    func isPowered(_ host: String) -> Bool {
        var hop = ""
        return host.split(separator: "/").allSatisfy { name in
            hop += hop.isEmpty ? String(name) : "/\(name)"
            return !off.contains(hop) && guests[hop]?.running != false
        }
    }

    /// A physical host, or a machine that is a guest, goes down with all in it and comes back.
    func reboot(_ host: String, seconds: Int) {
        guard isPowered(host), !isBusy(host) else { return }
        lostAt = time.elapsed
        if guests[host] == nil {
            off.insert(host)
            for path in guests(of: host) { fall(path) }
            halt(host)
            time.after(seconds) { [weak self] in self?.powerUp(host) }
        } else {
            fall(host)
            time.after(seconds) { [weak self] in self?.wakeMachine(host) }
        }
        cutChannels { $0.obstacle != nil }
    }

    func powerUp(_ host: String) {
        guard off.remove(host) != nil else { return }
        boots[host, default: 1] += 1
        boot(host)
    }

    /// What brought it down brings it up again.
    private func wakeMachine(_ path: String) {
        guard let host = parent(path), isPowered(host), !isBusy(path) else { return }
        start(path)
    }

    /// A guest goes down with its host, by no word of Nestor's; what an agent has begun to do to it stays its duty.
    private func fall(_ path: String) {
        for inside in guests(of: path) { fall(inside) }
        if machines.contains(path) { halt(path) }
        guard let guest = guests[path], guest.running else { return }
        guests[path]?.running = false
        if !isOwed(guest.uuid, by: parent(path) ?? "") { restsByOthers.insert(guest.uuid) }
    }

    private func isOwed(_ uuid: String, by host: String) -> Bool {
        work.values.contains { known in
            guard known.isOpen, known.host == host, known.stopped.contains(where: { guests[$0]?.uuid == uuid }) else {
                return false
            }
            switch known.record.phase {
            case .stopping, .starting, .rollingBack: return true
            default: return false
            }
        }
    }

    /// The worker of a machine that goes down goes with it.
    func halt(_ host: String) {
        deadWorkers.insert(host)
        for id in order where work[id]?.host == host { cancelAlarm(id) }
    }

    /// What starts with a machine, and its agent, which goes on from its journal: all its times run anew from here.
    private func boot(_ host: String) {
        for path in guests(of: host) where guests[path]?.autostart == true { start(path) }
        for id in order {
            guard let known = work[id], known.host == host, known.isOpen else { continue }
            work[id]?.until = time.elapsed + known.request.holdSeconds
        }
        startWorker(of: host)
    }

    /// Starts a guest where it is off; one that is a host starts what belongs to it.
    func start(_ path: String) {
        guard let guest = guests[path], !guest.running, guest.temper != .staysOff else { return }
        guests[path]?.start()
        restsByOthers.remove(guest.uuid)
        if machines.contains(path) { boot(path) }
    }

    /// A guest goes down as it was asked to. A machine takes with it what still runs inside.
    func stop(_ path: String) {
        guests[path]?.running = false
        if machines.contains(path) { halt(path) }
        for inside in guests(of: path) where guests[inside]?.running == true { stop(inside) }
        cutChannels { $0.obstacle != nil }
    }
}

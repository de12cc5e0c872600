/// Workers of agents that are killed, and started again by whoever connects next.
extension SimulatedFleet {
    struct Death {
        /// Of its steps: 1 is the next.
        var step: Int
        /// Whether what it does in that step is done, and not written down.
        var acted: Bool
        var withSessions: Bool
    }

    /// - Returns: how the worker dies in the step that it is about to do; nil where it lives on.
    func takeDeath(of host: String) -> Death? {
        guard var death = deaths[host] else { return nil }
        death.step -= 1
        deaths[host] = death.step > 0 ? death : nil
        return death.step > 0 ? nil : death
    }

    func kill(workerOf host: String, withSessions: Bool) {
        said("agent \(host): its worker is killed")
        deadWorkers.insert(host)
        for id in order where work[id]?.host == host { cancelAlarm(id) }
        if withSessions {
            cutChannels { $0.host == host }
        } else if channels.values.contains(where: { $0.host == host && $0.isFollowing }) {
            // Who follows a correction looks every so often whether somebody works.
            time.after(2) { [weak self] in self?.startWorker(of: host) }
        }
    }

    func startWorker(of host: String) {
        guard isPowered(host), deadWorkers.remove(host) != nil else { return }
        said("agent \(host): its worker goes on")
        for id in order where work[id]?.host == host { goOn(id) }
    }

    func setAlarm(_ id: String, _ seconds: Int, _ body: @escaping (SimulatedFleet) -> Void) {
        cancelAlarm(id)
        alarms[id] = time.after(seconds) { [weak self] in
            if let self { body(self) }
        }
    }

    func cancelAlarm(_ id: String) {
        if let old = alarms.removeValue(forKey: id) { time.cancel(old) }
    }
}

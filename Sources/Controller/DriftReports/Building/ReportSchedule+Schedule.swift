package import ControllerAPI
package import FleetScheduler

extension ReportSchedule {
    /// The schedule that these words say. They were checked when they were applied; a zone that a newer time zone
    /// database gave up is told here.
    package func schedule() throws(ScheduleFault) -> Schedule {
        if let cron {
            return .cron(
                try CronExpression(cron),
                in: try timeZone.map { (name) throws(ScheduleFault) in
                    try ScheduleZone(named: name)
                } ?? .utc)
        }
        guard let everySeconds, everySeconds > 0 else {
            throw ScheduleFault("says neither cron nor every", remedy: "nestor report apply -f FILE")
        }
        return .every(seconds: everySeconds)
    }
}

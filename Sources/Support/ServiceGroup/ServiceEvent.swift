/// What a group does, for a log.
package enum ServiceEvent: Sendable {
    case starting(String)
    case started(String)
    /// Every service is up; the service manager was told.
    case ready
    /// A signal by number: SIGTERM or SIGINT.
    case signal(Int32)
    /// A service did not start, failed or ended.
    case failure(ServiceFailure)
    case stopping(String)
    case stopped(String)
    /// A service did not stop within its deadline, and was left behind.
    case overdue(String)
}

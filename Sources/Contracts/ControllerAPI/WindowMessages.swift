package import FoundationEssentials
package import NestingModel

package struct WindowsAnswer: Codable, Sendable, Hashable {
    package var revision: Int
    package var windows: [WindowRow]

    package init(revision: Int, windows: [WindowRow]) {
        self.revision = revision
        self.windows = windows
    }
}

/// A window and its times to come.
package struct WindowRow: Codable, Sendable, Hashable {
    package var window: MaintenanceWindow
    package var isOpen: Bool
    /// Of the time that lasts now, or comes next; nil where none will come.
    package var start: Date?
    package var end: Date?

    package init(window: MaintenanceWindow, isOpen: Bool, start: Date?, end: Date?) {
        self.window = window
        self.isOpen = isOpen
        self.start = start
        self.end = end
    }
}

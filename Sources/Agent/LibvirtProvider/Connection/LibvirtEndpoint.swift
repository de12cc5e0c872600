/// One place where a libvirt daemon may listen, and what to open there.
struct LibvirtEndpoint: Equatable {
    var path: String
    var uri: String
    /// Opened through a socket that allows reading only.
    var readOnly = false

    /// - Parameter uri: overrides what follows from the place.
    init(path: String, uri: String? = nil) {
        self.path = path
        let isSystem = path.hasPrefix("/run/") && !path.hasPrefix("/run/user/") || path.hasPrefix("/var/run/")
        self.uri = uri ?? (isSystem ? "qemu:///system" : "qemu:///session")
        readOnly = path.hasSuffix("-sock-ro")
    }

    /// The same daemon's socket for reading only.
    var forReading: LibvirtEndpoint? {
        guard path.hasSuffix("-sock") else { return nil }
        return LibvirtEndpoint(path: path + "-ro", uri: uri)
    }

    /// Where daemons listen when no socket is named: modular before monolithic, the system's before the user's own.
    static func candidates(runtimeDirectory: String?, uri: String?) -> [LibvirtEndpoint] {
        var folders = ["/run/libvirt"]
        if let runtimeDirectory, runtimeDirectory.hasPrefix("/") { folders.append("\(runtimeDirectory)/libvirt") }
        return folders.flatMap { folder in
            ["virtqemud-sock", "libvirt-sock"].map { LibvirtEndpoint(path: "\(folder)/\($0)", uri: uri) }
        }
    }
}

import NestingModel

/// Whether the agent, or whoever copied the tree, was in a container, whose files then are not the machine's.
enum ContainerSigns {
    /// The container's kind and what shows it; nil where nothing does.
    static func container(_ tree: HostTree) -> String? {
        if let name = tree.value("/run/systemd/container").value {
            return "\(HostText.quoted(name)), by /run/systemd/container"
        }
        if tree.exists("/run/.containerenv") { return "podman, by /run/.containerenv" }
        if let environment = tree.bytes("/proc/1/environ").value {
            if environment.split(separator: 0).contains(where: {
                $0.starts(with: Array("KUBERNETES_SERVICE_HOST=".utf8))
            }) {
                return "kubernetes, by the environment of process 1"
            }
            let assignment = environment.split(separator: 0).first { $0.starts(with: Array("container=".utf8)) }
            if let assignment {
                let name = HostText.quoted(String(decoding: assignment.dropFirst(10), as: UTF8.self))
                if !name.isEmpty { return "\(name), by the environment of process 1" }
            }
        }
        if let groups = tree.text("/proc/1/cgroup").value {
            for (word, name) in [
                ("kubepods", "kubernetes"), ("docker", "docker"), ("libpod", "podman"), ("containerd", "containerd"),
                ("/lxc", "lxc"),
            ] where groups.contains(word) {
                return "\(name), by /proc/1/cgroup"
            }
        }
        if tree.exists("/.dockerenv") { return "docker, by /.dockerenv" }
        if tree.exists("/proc/vz"), !tree.exists("/proc/bc") { return "openvz, by /proc/vz" }
        return nil
    }
}

/// The functions that a plan's PowerShell script begins with, for Windows PowerShell 5.1 and PowerShell 7.
enum PowerShellFunctions {
    static func head(needsHyperV: Bool, needsSSH: Bool) -> [String] {
        var needs = ["Windows PowerShell 5.1 or PowerShell 7"]
        if needsSSH { needs.append("ssh (the OpenSSH client), and virsh on the KVM hosts") }
        if needsHyperV { needs.append("the Hyper-V module, run as one of the Hyper-V administrators") }
        return [
            "#Requires -Version 5.1", "# A plan of Nestor's, to be read and run by hand where Nestor may not.",
            "# Nothing here looks whether the fleet still is as it was then: make a new one where that is long ago.",
            "# Each guest is asked for before it is touched. It needs \(needs.joined(separator: "; ")).",
        ]
    }

    static let common = #"""
        $Folder = Join-Path $HOME ('nestor-plan.' + [guid]::NewGuid().ToString('N'))
        New-Item -ItemType Directory -Path $Folder | Out-Null
        Write-Host "the settings as they were are kept in $Folder"
        $Down = New-Object System.Collections.ArrayList

        function Confirm-Item($What) { (Read-Host "${What}? [y/N]") -ceq 'y' }

        function Show-Down {
            foreach ($One in $Down) { Write-Warning "STILL OFF, start by hand: $One" }
        }
        """#

    static let libvirt = #"""
        # Every word is a fixed one, a number or a uuid: the shell on the other side reads nothing else out of it.
        function Invoke-Virsh($Place, $Words) {
            $Line = 'env LC_ALL=C virsh -c qemu:///system ' + ($Words -join ' ')
            $Output = & ssh -n -p $Place.Port -- $Place.Target $Line
            if ($LASTEXITCODE -ne 0) { throw "'$Line' ended with $LASTEXITCODE on $($Place.Target)" }
            $Output
        }

        # Asks it to shut down, and never cuts its power.
        function Stop-LibvirtGuest($Place, $Id, $Seconds) {
            Invoke-Virsh $Place @('shutdown', $Id) | Out-Null
            $Down.Add("virsh -c qemu:///system start $Id (on $($Place.Target))") | Out-Null
            $End = (Get-Date).AddSeconds($Seconds)
            while (@(Invoke-Virsh $Place @('domstate', $Id))[0] -cne 'shut off') {
                if ((Get-Date) -ge $End) { throw "$Id did not shut down within $Seconds s" }
                Start-Sleep -Seconds 1
            }
        }

        function Start-LibvirtGuest($Place, $Id) {
            Invoke-Virsh $Place @('start', $Id) | Out-Null
            $Down.Remove("virsh -c qemu:///system start $Id (on $($Place.Target))")
        }

        # A host that was restarted itself takes a while.
        function Wait-LibvirtHost($Place, $Seconds) {
            $End = (Get-Date).AddSeconds($Seconds)
            while ($true) {
                & ssh -n -o ConnectTimeout=5 -p $Place.Port -- $Place.Target true
                if ($LASTEXITCODE -eq 0) { return }
                if ((Get-Date) -ge $End) { throw "$($Place.Target) did not answer within $Seconds s" }
                Start-Sleep -Seconds 5
            }
        }

        # Its secrets are in there.
        function Save-LibvirtGuest($Place, $Id) {
            $Text = Invoke-Virsh $Place @('dumpxml', $Id, '--inactive', '--security-info')
            $Text | Set-Content -Encoding UTF8 -Path (Join-Path $Folder "$Id.before.xml")
        }

        # The maximum of its next start, in KiB.
        function Get-LibvirtMaximum($Place, $Id) {
            $Text = Invoke-Virsh $Place @('dumpxml', $Id, '--inactive')
            [long](([xml]($Text -join "`n")).DocumentElement.SelectSingleNode('memory').InnerText)
        }

        function Set-LibvirtMemory($Place, $Id, $KiB) {
            if ((Get-LibvirtMaximum $Place $Id) -lt $KiB) {
                Invoke-Virsh $Place @('setmaxmem', $Id, $KiB, '--config') | Out-Null
            }
            Invoke-Virsh $Place @('setmem', $Id, $KiB, '--config') | Out-Null
        }

        # As much at the start as it can get at most.
        function Set-LibvirtFixedMemory($Place, $Id) {
            Invoke-Virsh $Place @('setmem', $Id, (Get-LibvirtMaximum $Place $Id), '--config') | Out-Null
        }

        # virsh has no command for it: its editor opens on the host.
        function Edit-LibvirtProcessor($Place, $Id, $Policy) {
            Write-Host "in the editor: give <cpu> the line <feature policy='$Policy' name='svm'/>,"
            Write-Host "with vmx for svm where the host's CPU is Intel's"
            & ssh -t -p $Place.Port -- $Place.Target "env LC_ALL=C virsh -c qemu:///system edit $Id"
            if ($LASTEXITCODE -ne 0) { throw "the definition of $Id was not changed" }
        }
        """#

    static let hyperV = #"""
        function Get-HyperVGuest($Place, $Id) { Get-VM -ComputerName $Place -Id $Id }

        # Asks it to shut down, and never cuts its power. 3 is off, in every language.
        function Stop-HyperVGuest($Place, $Id, $Seconds) {
            $Job = Stop-VM -VM (Get-HyperVGuest $Place $Id) -AsJob
            $Down.Add("Start-VM -VM (Get-VM -ComputerName $Place -Id $Id)") | Out-Null
            $End = (Get-Date).AddSeconds($Seconds)
            while ([int](Get-HyperVGuest $Place $Id).State -ne 3) {
                if ($Job.State -eq 'Failed') { Receive-Job -Job $Job }
                if ((Get-Date) -ge $End) { throw "$Id did not shut down within $Seconds s" }
                Start-Sleep -Seconds 1
            }
        }

        function Start-HyperVGuest($Place, $Id) {
            Start-VM -VM (Get-HyperVGuest $Place $Id)
            $Down.Remove("Start-VM -VM (Get-VM -ComputerName $Place -Id $Id)")
        }

        # A host that was restarted itself takes a while.
        function Wait-HyperVHost($Place, $Seconds) {
            $End = (Get-Date).AddSeconds($Seconds)
            while ($true) {
                try {
                    Get-VMHost -ComputerName $Place | Out-Null
                    return
                } catch {
                    if ((Get-Date) -ge $End) { throw }
                    Start-Sleep -Seconds 5
                }
            }
        }

        function Save-HyperVGuest($Place, $Id) {
            $Guest = Get-HyperVGuest $Place $Id
            $Guest, (Get-VMProcessor -VM $Guest), (Get-VMMemory -VM $Guest) |
                Export-Clixml -Path (Join-Path $Folder "$Id.before.xml")
        }

        # Each setting is read again, since some were seen to go back.
        function Set-HyperVFixedMemory($Place, $Id) {
            Set-VMMemory -VM (Get-HyperVGuest $Place $Id) -DynamicMemoryEnabled $false
            if ((Get-VMMemory -VM (Get-HyperVGuest $Place $Id)).DynamicMemoryEnabled) { throw "$Id keeps dynamic memory" }
        }

        function Set-HyperVMemory($Place, $Id, $Bytes) {
            Set-VMMemory -VM (Get-HyperVGuest $Place $Id) -StartupBytes $Bytes
            if ((Get-VMMemory -VM (Get-HyperVGuest $Place $Id)).Startup -lt $Bytes) { throw "$Id keeps its memory" }
        }

        function Set-HyperVProcessorCount($Place, $Id, $Count) {
            Set-VMProcessor -VM (Get-HyperVGuest $Place $Id) -Count $Count
            if ((Get-VMProcessor -VM (Get-HyperVGuest $Place $Id)).Count -ne $Count) { throw "$Id keeps its vCPUs" }
        }

        function Set-HyperVExposure($Place, $Id, $Exposed) {
            Set-VMProcessor -VM (Get-HyperVGuest $Place $Id) -ExposeVirtualizationExtensions $Exposed
            $Now = (Get-VMProcessor -VM (Get-HyperVGuest $Place $Id)).ExposeVirtualizationExtensions
            if ($Now -ne $Exposed) { throw "$Id keeps its extensions as they were" }
        }
        """#
}

package report

import (
	"fmt"
	"io"
	"time"
)

// Version is which program is asked, and which API server it talks to.
type Version struct {
	Client Build
	Server *Build // nil when it was not asked, or did not answer
	Now    time.Time
}

// Build is one program. The names are those that kubectl version writes.
type Build struct {
	GitVersion string `json:"gitVersion"`
	GitCommit  string `json:"gitCommit,omitempty"`
	GoVersion  string `json:"goVersion,omitempty"`
	Platform   string `json:"platform,omitempty"`
}

// PrintVersion writes the versions: lines for a person, an object for a program.
func PrintVersion(w io.Writer, format Format, v Version) {
	if format != Human {
		writeObject(w, format, versionView(v))
		return
	}
	_, _ = fmt.Fprintf(w, "Client Version: %s\n", v.Client.GitVersion)
	if v.Client.GitCommit != "" {
		_, _ = fmt.Fprintf(w, "Commit: %s\n", v.Client.GitCommit)
	}
	_, _ = fmt.Fprintf(w, "Go Version: %s %s\n", v.Client.GoVersion, v.Client.Platform)
	if v.Server != nil {
		_, _ = fmt.Fprintf(w, "Server Version: %s\n", Clean(v.Server.GitVersion))
	}
}

func versionView(v Version) any {
	if v.Server != nil {
		server := *v.Server
		for _, text := range []*string{&server.GitVersion, &server.GitCommit, &server.GoVersion, &server.Platform} {
			*text = Clean(*text)
		}
		v.Server = &server
	}
	return struct {
		Type   string    `json:"type"`
		Time   time.Time `json:"time"`
		DryRun DryRun    `json:"dryRun"`
		Client Build     `json:"clientVersion"`
		Server *Build    `json:"serverVersion,omitempty"`
	}{"version", v.Now.UTC(), DryRunNone, v.Client, v.Server}
}

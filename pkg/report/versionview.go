package report

import (
	"io"
	"time"
)

// writeVersion writes the versions.
func writeVersion(w io.Writer, format Format, v Version) {
	if v.Server != nil {
		server := *v.Server
		for _, text := range []*string{&server.GitVersion, &server.GitCommit, &server.GoVersion, &server.Platform} {
			*text = Clean(*text)
		}
		v.Server = &server
	}
	writeObject(w, format, struct {
		Type   string    `json:"type"`
		Time   time.Time `json:"time"`
		DryRun DryRun    `json:"dryRun"`
		Client Build     `json:"clientVersion"`
		Server *Build    `json:"serverVersion,omitempty"`
	}{"version", v.Now.UTC(), DryRunNone, v.Client, v.Server})
}

package object

import (
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// WriteVersion writes the versions.
func WriteVersion(w io.Writer, format report.Format, v report.Version) {
	if v.Server != nil {
		server := *v.Server
		for _, text := range []*string{&server.GitVersion, &server.GitCommit, &server.GoVersion, &server.Platform} {
			*text = report.Clean(*text)
		}
		v.Server = &server
	}
	Write(w, format, struct {
		Type   string        `json:"type"`
		Time   time.Time     `json:"time"`
		DryRun report.DryRun `json:"dryRun"`
		Client report.Build  `json:"clientVersion"`
		Server *report.Build `json:"serverVersion,omitempty"`
	}{"version", v.Now.UTC(), report.DryRunNone, v.Client, v.Server})
}

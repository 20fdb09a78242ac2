package report

import (
	"fmt"
	"io"
)

// PrintVersion writes the versions: lines for a person, an object for a program.
func PrintVersion(w io.Writer, format Format, v Version) {
	if format != Human {
		writeVersion(w, format, v)
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

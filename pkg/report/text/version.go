package text

import (
	"fmt"
	"io"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// PrintVersion prints the versions.
func PrintVersion(w io.Writer, v report.Version) {
	_, _ = fmt.Fprintf(w, "Client Version: %s\n", v.Client.GitVersion)
	if v.Client.GitCommit != "" {
		_, _ = fmt.Fprintf(w, "Commit: %s\n", v.Client.GitCommit)
	}
	_, _ = fmt.Fprintf(w, "Go Version: %s %s\n", v.Client.GoVersion, v.Client.Platform)
	if v.Server != nil {
		_, _ = fmt.Fprintf(w, "Server Version: %s\n", report.Clean(v.Server.GitVersion))
	}
}

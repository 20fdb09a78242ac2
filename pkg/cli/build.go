package cli

import (
	"runtime/debug"
	"strings"
)

// build is the version and the commit of this program. What the build did not
// set, as with go install, Go may have noted.
func build(version, commit string, info func() (*debug.BuildInfo, bool)) (string, string) {
	noted, ok := info()
	if !ok {
		return version, commit
	}
	if main := noted.Main.Version; version == "dev" && strings.HasPrefix(main, "v") {
		version = main
	}
	if commit != "" {
		return version, commit
	}
	more := ""
	for _, setting := range noted.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			more = "-dirty"
		}
	}
	return version, commit + more
}

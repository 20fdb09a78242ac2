package cli

import (
	"runtime/debug"
	"strings"
)

// build is the version and the commit of this program. Go notes the commit
// wherever it builds in a clone, and the version that go install was asked for.
func build(version string, info func() (*debug.BuildInfo, bool)) (string, string) {
	noted, ok := info()
	if !ok {
		return version, ""
	}
	if main := noted.Main.Version; version == "dev" && strings.HasPrefix(main, "v") {
		version = main
	}
	commit, more := "", ""
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

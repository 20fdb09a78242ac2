package cli

import (
	"runtime/debug"
	"strings"
)

// build is the version and the commit of this program. What the build did not
// set, as with go install, Go itself has noted.
func build(version, commit string, info func() (*debug.BuildInfo, bool)) (string, string) {
	noted, ok := info()
	if !ok {
		return version, commit
	}
	// A build in a test has no version, one of a clone that Go could not ask git about is (devel).
	if main := noted.Main.Version; version == "dev" && strings.HasPrefix(main, "v") {
		version = main
	}
	if commit != "" {
		return version, commit
	}
	for _, setting := range noted.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value + commit
		case setting.Key == "vcs.modified" && setting.Value == "true":
			commit += "-dirty"
		}
	}
	return version, commit
}

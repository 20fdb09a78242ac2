package cli

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBuild(t *testing.T) {
	info := func(main string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: main}, Settings: settings}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "0a1b2c3"}
	modified := func(value string) debug.BuildSetting { return debug.BuildSetting{Key: "vcs.modified", Value: value} }
	tests := []struct {
		name            string
		version, commit string
		info            *debug.BuildInfo
		want            [2]string
	}{
		{"what the build sets counts", "v1.2.3", "d4e5f6", info("v9.9.9", revision, modified("true")), [2]string{"v1.2.3", "d4e5f6"}},
		{"a version alone leaves the commit to Go", "v1.2.3", "", info("", revision), [2]string{"v1.2.3", "0a1b2c3"}},
		{"go install of a version knows it", "dev", "", info("v1.2.3"), [2]string{"v1.2.3", ""}},
		{"go build in a clone knows the commit", "dev", "", info("(devel)", revision, modified("false")), [2]string{"dev", "0a1b2c3"}},
		{"and whether there is more", "dev", "", info("(devel)", revision, modified("true")), [2]string{"dev", "0a1b2c3-dirty"}},
		{"in whatever order Go notes it", "dev", "", info("", modified("true"), revision), [2]string{"dev", "0a1b2c3-dirty"}},
		{"nothing is noted", "dev", "", nil, [2]string{"dev", ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			version, commit := build(test.version, test.commit, func() (*debug.BuildInfo, bool) { return test.info, test.info != nil })
			require.Equal(t, test.want, [2]string{version, commit})
		})
	}
}

package report_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

func TestASentenceIsCut(t *testing.T) {
	const pull = `web-4: nginx: ImagePullBackOff: Back-off pulling image "shop/nginx:1.22"`
	for _, test := range []struct {
		name, text, reason string
		width              int
		want               string
	}{
		{"what fits is whole", pull, "ImagePullBackOff", 80, pull},
		{"of trouble the reason and the end stay", pull, "ImagePullBackOff", 52, `web-4: nginx: ImagePullBackOff: …e "shop/nginx:1.22"`},
		{"of any other the beginning", pull, "", 52, "web-4: nginx: ImagePullBackOff: Back-off pulling im…"},
		{"also where it tells of another trouble", pull, "OOMKilled", 52, "web-4: nginx: ImagePullBackOff: Back-off pulling im…"},
		{"an end of a few letters says nothing", pull, "ImagePullBackOff", 40, "web-4: nginx: ImagePullBackOff: Back-of…"},
		{"no room", pull, "ImagePullBackOff", 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, report.Brief(test.text, test.reason, test.width)) })
	}
}

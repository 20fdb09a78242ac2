package transport_test

import (
	"testing"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
)

func TestMain(m *testing.M) {
	// It sleeps by the real clock, also where the time is virtual.
	utilruntime.ErrorHandlers = nil
	m.Run()
}

#include "clear_sky.hpp"
#include "fourier_ridge.hpp"
#include "same_kind.hpp"
#include "sarima.hpp"
#include "seasonal_naive.hpp"

EVTWIN_FORECASTERS(evtwin::forecast::SeasonalNaive, evtwin::forecast::SameKindOfDay, evtwin::forecast::FourierRidge,
                   evtwin::forecast::Sarima, evtwin::forecast::ClearSkyPersistence)
